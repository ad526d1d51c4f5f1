# Sourced by ./mvnw and ./backfill: leaves JAVA_HOME at a JDK of release 25 or newer.
# Order: JAVA_HOME, the java on the PATH, then the usual folders where JDKs live.
jdk_release() { # prints the feature release of the JDK in folder $1, or 0
  if [ -x "$1/bin/javac" ] && [ -r "$1/release" ]; then
    sed -n 's/^JAVA_VERSION="\{0,1\}\([0-9]*\).*/\1/p' "$1/release" | head -n 1
  else
    echo 0
  fi
}

find_jdk() {
  if [ -n "${JAVA_HOME-}" ] && [ "$(jdk_release "$JAVA_HOME")" -ge 25 ] 2>/dev/null; then return 0; fi
  java_on_path=$(command -v java 2>/dev/null || true)
  if [ -n "$java_on_path" ]; then
    java_on_path=$(readlink -f "$java_on_path" 2>/dev/null || echo "$java_on_path")
    candidate=${java_on_path%/bin/java}
    if [ "$(jdk_release "$candidate")" -ge 25 ] 2>/dev/null; then JAVA_HOME=$candidate; export JAVA_HOME; return 0; fi
  fi
  case $- in *f*) set +f; noglob_was_on=yes ;; *) noglob_was_on=no ;; esac
  found=
  for candidate in /usr/lib/jvm/* /opt/java/* /opt/jdk* /usr/local/openjdk* "${HOME:-/nonexistent}"/.sdkman/candidates/java/* \
    "${HOME:-/nonexistent}"/.jdks/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    if [ "$(jdk_release "$candidate")" -ge 25 ] 2>/dev/null; then found=$candidate; break; fi
  done
  if [ $noglob_was_on = yes ]; then set -f; fi
  if [ -n "$found" ]; then JAVA_HOME=$found; export JAVA_HOME; return 0; fi
  echo "Backfill needs a JDK 25 or newer and found none. Install one (for example Temurin 25) and set JAVA_HOME to its folder." >&2
  return 1
}

find_jdk
