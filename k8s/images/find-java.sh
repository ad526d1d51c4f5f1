# Stands in the image where the launcher looks for find-jdk.sh: here a runtime is enough, and it is where the base image says.
if [ -z "${JAVA_HOME-}" ]; then
  java_on_path=$(command -v java) || { echo "backfill: the base image has no java" >&2; return 1; }
  java_on_path=$(readlink -f "$java_on_path")
  JAVA_HOME=${java_on_path%/bin/java}
  export JAVA_HOME
fi
[ -x "$JAVA_HOME/bin/java" ] || { echo "backfill: there is no java in $JAVA_HOME" >&2; return 1; }
