# Makes in folder $1 what a base image has, as far as our recipes need it: a few programs of this machine with their
# libraries, and a java and a jlink that only tell what they were asked.
set -eu
root=$1
mkdir -p "$root/bin" "$root/usr/bin" "$root/tmp" "$root/opt/jdk/bin" "$root/etc" "$root/dev" "$root/proc"
chmod 1777 "$root/tmp"
for tool in bash sh env mkdir chgrp chmod cat cp readlink dirname tr grep id touch; do
  path=$(command -v "$tool")
  cp -L "$path" "$root/usr/bin/$tool"
  cp -L "$path" "$root/bin/$tool"
  for library in $(ldd "$path" 2>/dev/null | grep -o '/[^ ]*'); do
    mkdir -p "$root$(dirname "$library")"
    cp -Lu "$library" "$root$library"
  done
done
cat >"$root/opt/jdk/bin/java" <<'JAVA'
#!/bin/bash
echo "java is process $$ of user $(id -u), group $(id -g)"
echo "arguments: $*"
for folder in /opt/backfill /opt/backfill/server /var/lib/backfill /tmp; do
  if touch "$folder/written" 2>/dev/null; then echo "can write into $folder"; fi
done
JAVA
cat >"$root/opt/jdk/bin/jlink" <<'JLINK'
#!/bin/bash
while [ "$1" != --output ]; do shift; done
mkdir -p "$2/bin"
cp /opt/jdk/bin/java "$2/bin/java"
JLINK
chmod 755 "$root/opt/jdk/bin/java" "$root/opt/jdk/bin/jlink"
cat >"$1/../Containerfile.base" <<'BASE'
FROM scratch
COPY root /
ENV JAVA_HOME=/opt/jdk PATH=/opt/jdk/bin:/usr/bin:/bin
BASE
