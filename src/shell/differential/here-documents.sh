f() { cat <<EOF
in $1
EOF
}; f one; f 'two words'
---
f() {
  if true; then
    cat <<-A
	tabs gone $(cat <<B
inner $1
B
)
	A
  fi
}
f x; declare -f f
---
cat <<A; cat <<B
first
A
second
B
echo $?
---
cat <<'E' | tr a-z A-Z
no $expansion `here` \$x
E
x=5; cat <<E
yes $x $((x+1)) `echo sub` \$x \\ \q "quoted" 'single' ${x:-a b}
E
---
while read -r line; do echo "[$line]"; done <<E
  leading
back\slash

last
E
---
cat <<E
one \
joined
E
cat <<'E'
one \
not
E
---
x=out; cat <<E
$(x=in; cat <<F
$x
F
) ${x}
E
---
f() { cat; }; f <<< "here string"; f <<< $'a\tb'; x='a  b'; f <<< $x; f <<< "$x"; f <<< ""
---
exec 3<<E
from fd
E
cat <&3; cat <&3; echo "[$?]"; exec 3<&-; cat <&3
---
for i in 1 2; do cat <<E; done
i=$i
E
cat <<"E F"
delimiter with a blank
E F
---
cat <<E
${undefined:-default "quotes" kept} ${undefined:+no}
${undefined-${other:-nested}}
E
set -u; read x <<E
$nope
E
echo $?
---
{ cat <<E; echo after; } | sed 's/^/> /'
grouped
E
( cat <<E ) 2>&1
sub
E
---
cat <<E
unterminated
