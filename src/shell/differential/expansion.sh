x=abcdef; echo ${x:2} ${x:0:2} ${x: -3:2} ${x:1:-2} "${x:10}|"
---
x=/usr/local/lib/libfoo.so.1; echo ${x##*/} ${x%/*} ${x%%.*} ${x#*/} "${x//\//:}"
---
x=aXbXc; echo ${x/X/-} ${x//X/-} ${x/#a/-} ${x/%c/-} ${x//X} ${x/[a-b]/_}
---
unset x; echo "${x-d}" "${x:-d}" "${x+s}" "${x:+s}"; x=; echo "${x-d}" "${x:-d}" "${x+s}" "${x:+s}"
---
echo ${x:=one} $x; echo ${y:?needed}; echo not reached
---
x=5; echo ${x:+a b} "${x:+a  b}" ${y:-"q  r"} ${y:-'s  t'}
---
x=hello; echo ${x^} ${x^^} ${x^^[el]} ${x,}; y=HELLO; echo ${y,} ${y,,} ${y,,[EL]}
---
x=hello; echo ${#x} ${#} ${#@}; set -- a b c; echo ${#} ${#@} ${#*} $# "${@:2}" "${@:1:2}" "${*: -1}" ${@: -2:1}
---
a_1=x a_2=y; echo ${!a_*} "${!a_@}"; for n in "${!a_@}"; do echo $n=${!n}; done
---
x='a b'; y="$x"; z=$x; echo "$y|$z"; printf '<%s>' $x "$x" ${x}c; echo
---
x=$'tab\there\nnew \x41 \101 \e[0m'; printf %s "$x" | od -An -c
---
echo "a\tb" 'a\tb' $'a\tb' "\$x \`date\` \\ \q" \q
---
v=3; eval echo \$v \${v}x; n=v; echo ${!n}; n='a[1]'; a=(x y); echo ${!n}
---
set -- 'a b' c; printf '[%s]' $@; printf '[%s]' "$@"; printf '[%s]' $*; printf '[%s]' "$*"; printf '[%s]' "x$@y"; echo
---
IFS=:; set -- a b c; echo "$*" $*; x="p:q::r"; printf '[%s]' $x; echo; unset IFS; printf '[%s]' $x; echo
---
IFS=' :'; x='a : b::c :'; printf '[%s]' $x; echo
---
x="a:b:c"; IFS=: read -ra p <<< "$x"; echo "${#p[@]} ${p[2]}"; IFS=: read a b <<< "$x"; echo "$a $b"
---
echo a{1..5}b {z..w} {1..10..3} {10..1..4} {-2..2} {a,b{1,2},c} {x} {} {a} a{,b}c
---
echo {001..003} {1..03} {a,b}{c,d} "{a,b}" {a,'b c'} pre{$HOME,x} ~ {a..c}{1..2}
---
x=1; echo {1..$x} {a,$x}; echo a{b,c}{,d}; echo {,a}{,b}z; echo {{1..3},x}
---
echo ~root ~/a "~" a~ x=~ --opt=~/x; y=~/z; echo $y; PATH2=~:~/b; echo $PATH2
---
x='*'; touch f1 f2; echo $x "$x" '*' \* f? f[12] f[!1] f[^1] nomatch*
---
touch a.txt b.txt .hidden; echo *; echo .*; echo *.txt *.md; set -f; echo *
---
shopt -s nullglob; touch x1; echo y* x*; for f in z*; do echo no; done; shopt -u nullglob; echo y*
---
shopt -s extglob; touch a.txt b.md c.txt d; echo !(*.txt); echo @(a|b).*; echo ?(a).txt *(c|x).txt +([ab]).*
---
shopt -s extglob; x=aaabbb; echo ${x##+(a)} ${x%%+(b)} ${x/+(a)/-}; case foo in @(foo|bar)) echo yes;; esac; [[ file.tar.gz == *.@(gz|xz) ]] && echo zip; [[ 123 == +([0-9]) ]] && echo num
---
shopt -s globstar; mkdir -p a/b/c; touch a/x a/b/y a/b/c/z; echo **; echo **/; echo a/**/z a/**
---
shopt -s dotglob; touch .h v; echo *; shopt -u dotglob; echo *; shopt -s nocaseglob; touch UP; echo u*
---
shopt -s nocasematch; [[ ABC == abc ]] && echo same; case ABC in abc) echo same;; esac; shopt -u nocasematch; [[ ABC == abc ]] || echo differ
---
shopt -s failglob; echo nope*; echo after $?
---
shopt nullglob; echo $?; shopt -q extglob; echo $?; shopt -s extglob nullglob; shopt -q extglob && echo on; shopt -s bogus; echo $?
---
echo $(echo a; echo b) "$(echo a; echo b)" `echo "x y"` "$(printf 'a\n\n\n')|"
---
x=$(cat <<EOF
one $((1+1))
EOF
); echo "$x"; y=$(echo ')' "(" # comment )
); echo "$y"
---
echo $(< nofile); echo hi > f; echo "$(< f)" $(<f)
---
x=$(exit 3); echo $?; echo "$(false)" $?; y=$(false) || echo failed; local z; echo $?
---
echo $((2**10)) $((-7/2)) $((-7%3)) $((5 & 3)) $((5 | 3)) $((5 ^ 3)) $((~5)) $((1<<3)) $((-16>>2)) $((!0)) $((!5))
---
echo $((010)) $((0xff)) $((2#1010)) $((16#ff)) $((36#z)) $((08))
---
i=5; echo $((i++)) $i $((++i)) $((i--)) $((--i)) $((i+=3)) $((i*=2)) $((i%=5)) $((i<<=2)) $((i|=1)) $i
---
echo $((1?2:3)) $((0?2:3)) $((1,2,3)) $((1&&0)) $((1||0)) $(( (1+2) * 3 )) $((1+2*3)) $((2*3+1)) $((10-2-3)) $((2**3**2))
---
echo $((9223372036854775807)) $((9223372036854775807+1)) $((-9223372036854775808)) $((3037000500*3037000500)) $((1<<63)) $((1<<62))
---
x=10; echo $((x)) $(($x)) $((x*x)) $((y)) $((x>5)); z=x+1; echo $((z*2)) $(( z )); a=(1 2 3); echo $((a[1]+a[2])) $((${#a[@]}))
---
echo $((1.5)); echo after
---
echo $((1+)); echo after
---
x=abc; echo $((x)); echo $((5 5)); echo no
---
let "x = 5 + 3" y=x*2; echo $x $y; let 0; echo $?; let "x++"; echo $x; ((x > 3)) && echo big; ((0)); echo $?
---
for ((i=0, j=10; i<j; i+=3, j-=2)); do echo $i $j; done; for ((;;)); do break; done; echo $i
---
x=abc; echo "${x/b/[&]}" "${x/b/\&}"; y='a/b'; echo ${y/\//|} "${y//[ab]/<&>}"
---
x="a*b"; echo "${x/\*/-}" "${x//\*}"; p='*'; echo "${x/$p/-}" "${x/"$p"/-}"; echo "${x#"a*"}" "${x%"*b"}"
---
x='one two  three'; set -- $x; echo $# $3; echo "${x// /_}" "${x%% *}" "${x##* }" "${x#* }"
---
x="line1
line2"; echo $x; echo "$x"; echo "${x%%$'\n'*}" "${x//$'\n'/,}"
---
echo "${x:-$(echo sub)}" "${x:-${y:-deep}}" ${x:-$((1+2))} "${x:-"quoted"}" "${x:-'single'}"
---
x=ab; echo "${x@U}" "${x@Q}" "${x@A}" "${x@a}"; declare -i n=4; echo "${n@a}" "${n@A}"; a=(1 2); echo "${a[@]@A}" "${a@a}"
---
x='hi $USER'; USER=me; echo "${x@P}" 2>/dev/null | head -1; y=$'a\nb'; echo "${y@Q}"; declare -A m=([k]='v w'); echo "${m[@]@K}" "${m[@]@k}"
---
set -u; echo "${x:-fine}"; a=(); echo "${a[@]}" "${#a[@]}"; echo "$@" $#; echo "$1"; echo no
---
set -u; f() { echo "$1 $2"; }; (f a); echo $?; echo ${arr[0]}; echo no
---
echo ${x!}; echo after
---
echo ${-} | grep -c h; echo $- | tr -d 'hB'; set -e; echo $- | tr -d hB
---
echo "$0" "$#" "$?" "${1-none}"; f() { echo "$0 $FUNCNAME $1"; }; f z
---
x=5; x+=3; echo $x; declare -i n=5; n+=3; echo $n; n=2*3; echo $n; n=abc; echo $n; n="1 +"; echo no
---
declare -u up=hello; declare -l lo=HELLO; echo $up $lo; up+=world; echo $up; declare -c cap=word; echo $cap; declare -p up lo
---
f() { declare -n ref=$1; ref=changed; ref+=X; }; v=orig; f v; echo $v; declare -n r=v; echo $r ${!r}; r=(a b); echo "${v[@]}"; unset -n r; echo ${r-unset}
---
declare -n a1=arr; arr=(x y z); echo "${a1[1]}" "${#a1[@]}" "${a1[@]}"; a1[5]=q; echo "${!arr[@]}"; for i in "${!a1[@]}"; do echo -n "$i "; done; echo
---
declare -r ro=1; ro=2; echo not reached
---
declare -r ro=1; unset ro; echo $?; declare ro=3; echo $? $ro; (ro=4; echo no); echo $?; readonly -p | grep ro=
---
declare -x EX=1; declare +x EX; bash -c 'echo "[$EX]"'; export EX; bash -c 'echo "[$EX]"'; export -n EX; bash -c 'echo "[$EX]"'
---
f() { local x=1 y; echo "${y-unset}" "$x"; g; echo $x; }; g() { x=changed; }; x=outer; f; echo $x
---
f() { local IFS=,; echo "$*"; }; f a b c; echo "$IFS" | od -c | head -1; f() { local -a l=(1 2); local -A m=([a]=b); local -i i=2+3; echo ${l[1]} ${m[a]} $i; }; f; echo "${l[@]}"
---
f() { local x=$(false); echo $?; local y; y=$(false); echo $?; }; f; f() { local -r c=1; c=2; echo no; }; f; echo "after $?"
---
f() { typeset x=3; typeset -i k=1+1; echo $x $k; }; f; echo "${x-none}"; local q=1; echo $?
---
f() { unset x; echo "${x-gone}"; }; x=1; f; g() { local x=2; unset x; echo "[${x-gone}]"; }; x=1; g; echo "${x-gone}"
---
: ${a:=1} ${b:=$a}; echo $a $b; echo "${c=def}" "$c"; echo ${d:+no}end; ${e:-echo} ran
---
echo 'a'"b"$'c'd\e "f"'g'; echo "it's" 'say "hi"' "a 'b' c"; echo a"$x"b''c; echo ""; echo "" ''
---
echo one\
two; echo "three\
four"; echo 'five\
six'; echo a \
  b
---
x=$'a\\b'; echo "$x"; echo $'\'' $'"' "'" '"'; echo -e 'a\tb\\c\x41\0101'; echo -E 'a\tb'; echo -ne 'no newline\n'; echo -n -e 'q\n'; echo -nx; echo --; echo -
---
printf '%s\n' "${x[@]:-empty}"; a=(1 '' 3); printf '<%s>' "${a[@]}"; echo; printf '<%s>' "${a[@]:+set}"; echo; echo "${a[*]:1}" "${a[@]:0:2}"
