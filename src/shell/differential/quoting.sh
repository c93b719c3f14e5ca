echo "a$(echo "b$(echo "c d" 'e  f')g")h"; echo "`echo \"x  y\"`" `echo '\$x'` "`echo '\$x'`" `echo "a\\\\b"`
---
x='a  b'; echo "${x:-"q  r"}" ${x:+"1  2"} "${u:-$x}" ${u:-"$x"} "${u:-'q'}" ${u:-'q  r'} "${x/a/"c  d"}" ${x//[!a]/'z'}
---
echo "a\b\$\`\"\\\n" 'a\b' a\b \$x "\
joined" \
 more; echo "!" "a!b" \!; echo "it's" 'say "hi"' "a"'b'"c"
---
f() { cat <<A; cat <<'B'; }
one $1 $(cat <<C
inner $1
C
)
A
two $1 `x`
B
f arg
---
for i in 1 2; do cat <<E | sed "s/^/$i: /"
line $i
  $((i*2)) "quoted" 'single' \$no \\ \x
E
done
---
while read -r l; do cat <<-E
	[$l]
		tab
	E
done <<X
a\b
 c 
X
---
cat <<"E F"; cat <<\G; cat <<H'I'
$a `b`
E F
$x
G
$y
HI
---
cat <<E1 - <<E2 /dev/stdin
first
E1
second
E2
---
if true; then cat <<E; fi; echo after
body
E
x=$(cat <<E
sub "$(echo q)" )
E
); echo "$x"
---
cat <<E
unterminated $((1+1))
---
cat <<< "a b"; cat <<< $'x\ny'; x='p  q'; cat <<< $x; cat <<< "$x" | wc -l; read a b <<< "1 2 3"; echo "$b"; cat <<<''
---
cat <<E
${x:-"a b"} ${y:-'c d'} ${z:=val} $z \${x} "$((2**3))" '$z' `echo hi "there"` a\
b
E
---
set -- a 'b c' ''; printf '<%s>' "$@"; echo; printf '<%s>' $@; echo; printf '<%s>' "x$@y"; echo; printf '<%s>' "$*"; echo; IFS=; printf '<%s>' $*; echo; IFS=:; printf '<%s>' "$*" $*; echo; set --; printf '<%s>' "$@" "x$@" ; echo
---
a="x y"; b='$a'; eval "echo $b"; eval echo \"\$a\"; eval 'printf "[%s]" "$a"'; echo; eval "f() { echo in \$1; }"; f z; eval; echo $?; eval 'false'; echo $?; eval 'exit 3'; echo no
---
echo ~ ~root ~/x "~" '~' \~ a~ x=~ ; x=~:~/y; echo $x; echo ~nouser; PATH=~/bin:$PATH; echo ${PATH%%:*}; echo ~+ ~- | sed "s#$PWD#PWD#"
---
x=abcdef; echo ${x:1:2} ${x: -2} ${x:(-3):2} ${x:2} ${x:0:-2} ${x:10} "[${x:6}]" ${x:1:-1}; echo ${x:4:-3}; echo no $?
---
x=hello; echo ${x^} ${x^^} ${x^^[l-o]} ${x,,} ${x~} ${x~~}; y=HELLO; echo ${y,} ${y,,[HL]}; a=(foo bar); echo ${a[@]^} ${a[@]^^}; echo ${x@U} ${x@u} ${y@L}
---
x="a'b"; echo ${x@Q}; y=$'t\tn\n'; echo "${y@Q}"; z='a b'; echo ${z@Q} ${u@Q}; w='\n$z'; echo "${w@E}" "${w@P}"; declare -i n=5; echo ${n@A} ${n@a}; a=(1 'b c'); echo ${a[@]@A}; echo "${a[@]@Q}" "${a[*]@Q}"; declare -r ro=1; echo ${ro@a}; declare -A h=([k]=v); echo ${h[@]@K} ; echo "${a[@]@K}"; echo "${a[@]@k}"
---
pre1=a; pre2=b; prex=c; echo ${!pre*} "${!pre@}"; v=pre1; echo ${!v} ${!v:-no} ; r=nope; echo "[${!r}]" ${!r:-dflt}; a=(x y); p='a[1]'; echo ${!p}; echo ${!a[@]} ${!a[*]}; unset q; echo ${!q}; echo $?
---
x=; echo ${x:-d} ${x-e} ${x:+f} ${x+g} ${#x}; echo ${u:?is unset}; echo no
---
echo ${u?}; echo no
---
x=; (echo ${x:?}); echo $?; (echo ${x?ok}fine); (: ${y:?"custom  msg"}); echo $?; f() { : ${1:?usage: f arg}; }; (f); echo $?
---
x=a/b/c.tar.gz; echo ${x##*/} ${x%/*} ${x%%.*} ${x#*/} ${x/\//-} ${x//\//-} ${x/#a/Z} ${x/%gz/Z} ${x/b} ${x//[a-c]} "${x/*b/}" ${x%.??} ${x/./\&} ${x/tar/[&]}
---
x='a*b?c'; echo "${x#a\*}" "${x%'?c'}" "${x/"*"/+}" ${x//[*?]/_}; p='a*'; echo "${x#$p}" "${x#"$p"}"; y='foo.bar'; echo ${y//./\\.} ${y/o*/"&"}
---
shopt -s extglob; x=foobarfoo; echo ${x/+(o)/0} ${x//@(foo|bar)/X} ${x##+(f|o)} ${x%%*(o)} ${x//!(foo)/Y}; [[ abc == +([a-c]) ]] && echo y; [[ abx == !(ab*) ]] || echo n; case 123 in +([0-9])) echo num;; esac; [[ '' == ?(a) ]] && echo e
---
touch a1 a2 b1 .h 'x y'; echo *; echo a?; echo [ab]1; echo [!a]*; echo [^a]1; echo "*" \* nope* ; echo .*; shopt -s nullglob; echo z*; shopt -s dotglob; echo *; shopt -u nullglob; shopt -s failglob; echo q*; echo no $?
---
mkdir -p d/e/f; touch d/1.t d/e/2.t d/e/f/3.t; echo d/*/*.t; echo **/*.t; shopt -s globstar; echo **/*.t; echo d/**; echo d/**/; shopt -s nocaseglob; echo D/*.T; shopt -s extglob; echo d/!(1*)
