#!/bin/sh
# Makes the two small libraries of this folder (clang 21; x86-64 Linux). Check them with readelf -d.
set -e
cd "$(dirname "$0")"
work=$(mktemp -d)
for name in one:libone.so.1 two:libtwo.so; do
  echo "int ${name%%:*}(void) { return 1; }" > "$work/x.c"
  clang -shared -fPIC -nostdlib -Wl,-soname,"${name#*:}" -o "$work/lib${name%%:*}.so" "$work/x.c"
done
echo 'int one(void); int two(void); int both(void) { return one() + two(); }' > "$work/both.c"
echo 'int one(void); int single(void) { return one(); }' > "$work/single.c"
options="-shared -fPIC -nostdlib -s -Wl,--build-id=none -L$work"
# shellcheck disable=SC2086
clang $options -Wl,--enable-new-dtags,-rpath,'$ORIGIN/../lib:/opt/x' -o librunpath.so "$work/both.c" -lone -ltwo
# shellcheck disable=SC2086
clang $options -Wl,--disable-new-dtags,-rpath,'$ORIGIN' -o librpath.so "$work/single.c" -lone
rm -r "$work"
