# A script for any POSIX shell: loops, functions, pipes, here-documents, traps, background jobs, arithmetic. It says the
# same on every Linux, in every shell; it needs cat, sleep, rm and an empty directory to work in.

section() { echo "== $*"; }

section arithmetic
i=0
sum=0
while [ "$i" -lt 20 ]; do
  i=$((i + 1))
  [ $((i % 3)) -eq 0 ] && continue
  sum=$((sum + i * i))
done
echo "sum $sum"
echo $((7 / 2)) $((-7 / 2)) $((7 % 3)) $((1 << 10)) $((0xff & ~0x0f)) $((010 + 1))
echo $((5 > 3 && 2 < 1)) $((5 > 3 || 2 < 1)) $((!5)) $((3 == 3 ? 10 : 20))
x=5
: $((x += 3))
echo "x is $x"

section functions
factorial() {
  if [ "$1" -le 1 ]; then
    echo 1
  else
    echo $(($1 * $(factorial $(($1 - 1)))))
  fi
}
factorial 10
count_arguments() { echo "$# arguments: <$1> <$2>"; }
count_arguments one "two three" four
count_arguments ""
early() {
  for each in 1 2 3; do
    [ "$each" = 2 ] && return 7
    echo "early $each"
  done
}
early
echo "returned $?"
fibonacci() {
  a=0 b=1 n=0
  while [ $n -lt "$1" ]; do
    printf '%d ' $a
    t=$((a + b)) a=$b b=$t n=$((n + 1))
  done
  echo
}
fibonacci 20

section words
set -- a "b c" d
for word in "$@"; do echo "<$word>"; done
for word in $*; do printf '[%s]' "$word"; done
echo
shift
echo "$# left, first $1"
IFS=:
set -- one:two::four
for word in $1; do printf '(%s)' "$word"; done
echo
unset IFS
text=/usr/local/lib/libc.so.6
echo "${text##*/} ${text%/*} ${text#/usr} ${text%%.*}"
unset nothing
echo "${nothing:-default} ${nothing-unset} ${text:+set} ${#text}"
: "${nothing:=assigned}"
echo "$nothing"
empty=
echo "[${empty:-was empty}] [${empty-was empty}]"
echo 'single $quotes' "double \$quotes \"inside\"" back\ slash
echo "$(echo nested "$(echo "command substitution")")"
echo `echo old style`

section choices
for name in main.c notes.txt Makefile x.o 42; do
  case $name in
    *.c | *.h) echo "$name: C" ;;
    *.o) echo "$name: object" ;;
    [Mm]akefile) echo "$name: make" ;;
    [0-9]*) echo "$name: number" ;;
    *) echo "$name: other" ;;
  esac
done
if false; then echo no; elif [ -z "" ] && ! false; then echo "elif"; else echo no; fi
n=5
until [ $n -eq 0 ]; do
  n=$((n - 1))
  [ $n -eq 3 ] && continue
  [ $n -eq 1 ] && break
  echo "n $n"
done
true && echo and || echo or
false && echo and || echo or

section here-documents
cat <<END
text with $((6 * 7)) and ${text##*/}
  indented
END
cat <<'END'
no $expansion here
END
cat <<-END
	tabs are taken away
END
while read -r first rest; do
  echo "first=$first rest=$rest"
done <<END
alpha beta gamma
delta
 spaces  in   between
END
read -r line <<END
only one
END
echo "$line"

section redirection
echo one >file
echo two >>file
cat <file
{ echo to standard output; echo to standard error >&2; } 2>both 1>&2
cat both
exec 3>third
echo through three >&3
exec 3>&-
cat third
exec 4<file
read -r a <&4
read -r b <&4
exec 4<&-
echo "$a $b"
( cd / && echo "in a subshell" ) >sub
cat sub
cat nothing 2>/dev/null || echo "no such file"
set -C
echo overwritten 2>/dev/null >file || echo "noclobber"
set +C
rm -f file both third sub

section pipes
echo "one two three" | while read -r a b c; do echo "$c $b $a"; done
i=0
while [ $i -lt 250 ]; do
  echo "line $i of a long pipe"
  i=$((i + 1))
done | {
  n=0
  while read -r line; do n=$((n + 1)); done
  echo "$n lines, last: $line"
}
(exit 3) | cat
echo "status of a pipe $?"
! true | false
echo "negated $?"
echo start | cat | cat | cat | cat

section "background jobs"
sleep 0.05 &
first=$!
( sleep 0.02; exit 4 ) &
second=$!
wait $second
echo "second ended with $?"
wait $first
echo "first ended with $?"
for each in 1 2 3; do
  ( echo "job $each" >job.$each ) &
done
wait
cat job.1 job.2 job.3
rm job.1 job.2 job.3
sleep 5 &
kill $!
wait $! 2>/dev/null
echo "killed $?"
( sleep 0.01; echo late ) &
echo early
wait
echo "waited"

section traps
trap 'echo "caught USR1"' USR1
kill -USR1 $$
echo "after USR1"
( trap 'echo "subshell exits"' EXIT; echo "in it" )
( trap 'echo "terminated"; exit 9' TERM; kill -TERM $(exec sh -c 'echo $PPID'); sleep 1; echo never )
echo "status $?"
trap '' USR2
kill -USR2 $$
echo "ignored USR2"
trap - USR2
( trap 'n=$((n + 1)); echo "tick $n"' USR1
  n=0
  me=$(exec sh -c 'echo $PPID')
  for each in 1 2 3; do kill -USR1 "$me"; done
  echo "n is $n" )
trap 'echo "bye from the trap, status $?"' EXIT

section options
set -e
( false; echo "not reached" ) || echo "left"
set +e
set -f
echo *
set +f
eval 'echo evaluated $((1 + 1))'
( set -u; echo "${undefined_name}" ) 2>/dev/null || echo "unbound"
( readonly fixed=1; fixed=2 ) 2>/dev/null || echo "read only"
umask 027
umask
command -v echo >/dev/null && echo "echo is there"
type no_such_command >/dev/null 2>&1 || echo "no such command"
no_such_command 2>/dev/null
echo "status $?"
exit 42
