case $1 in '') echo none;; *) echo some;; esac; x=b; case $x in a|b) echo ab;; [c-z]*) echo other;; esac; case abc in ?b?) echo q;; esac; case "a b" in "a "*) echo sp;; esac; case x in y) ;; esac; echo $?
---
case a in a) echo 1;& b) echo 2;; c) echo 3;; esac; case ab in a*) echo A;;& *b) echo B;;& z) echo Z;; esac; case '*' in \*) echo star;; esac; case x in (x) echo paren;; esac
---
select x in a b c; do echo "got $x"; break; done <<< 2
---
PS3='pick: '; select x in one two; do case $x in one) echo first; break;; *) echo "bad $REPLY";; esac; done <<< $'9\n1'
---
i=0; until ((i>=3)); do ((i++)); [[ $i == 2 ]] && continue; echo $i; done; while :; do break; done; echo $?; while false; do :; done; echo $?
---
for i in 1 2 3; do for j in a b; do [[ $j == b ]] && continue 2; echo $i$j; done; done; for x; do echo never; done; for f in; do echo n; done; echo done
---
set -- x y; for a; do echo $a; done; for a in "$@" z; do echo -n $a; done; echo; for i in {1..3} {a..b}; do echo -n $i; done; echo; for i in $(seq 2); do echo $i; done
---
if [[ -n "" ]]; then echo a; elif ((0)); then echo b; else echo c; fi; if ! false; then echo neg; fi; if true && false || true; then echo t; fi; if false; then :; fi; echo $?
---
f() { return 3; }; f; echo $?; f || echo or; if f; then echo y; else echo n $?; fi; f() { return; }; false; f; echo $?; f() { return 256; }; f; echo $?; return 2>/dev/null; echo $?
---
fact() { (($1 <= 1)) && { echo 1; return; }; echo $(($1 * $(fact $(($1 - 1))))); }; fact 10; fib() { if (($1<2)); then echo $1; else echo $(($(fib $(($1-1))) + $(fib $(($1-2))))); fi; }; fib 7
---
f() { echo "$# $1"; shift; echo "$# ${1-none}"; shift 5; echo $?; }; f a b; set -- 1 2 3; shift 2; echo $@; shift; shift; echo $?
---
f() ( x=inner; exit 4 ); x=o; f; echo $? $x; g() { x=inner; }; g; echo $x; h() { echo in >&2; } 2>/dev/null; h; k() for i in 1 2; do echo k$i; done; k
---
f() { echo one; }; f() { echo two; }; f; unset -f f; f; echo $?; declare -F; g() { :; }; declare -F g; type -t g cd if ls nope; echo $?
---
set -e; f() { false; echo "in f"; }; f || echo "or"; if f; then echo ok; fi; f; echo not reached
---
set -e; x=$(false); echo no
---
set -e; echo $(false) still; local y 2>/dev/null || true; (false) || echo sub; ! false; echo neg; false && true; echo and; { false; } || true; [[ a == b ]]; echo no
---
set -e; ((0)) || true; i=0; ((i++)); echo not reached
---
set -eu; echo ${x-unset ok}; echo $y; echo no
---
set -o pipefail; false | true; echo $?; true | (exit 2) | (exit 3) | true; echo $?; set +o pipefail; false | true; echo $?; set -eo pipefail; false | cat; echo no
---
set -euo pipefail; trap 'echo "error at $LINENO: $?"' ERR; echo a; false; echo b
---
set -euo pipefail; f() { grep nope /dev/null; echo after; }; if f; then echo yes; fi; f | cat; echo no
---
set -E; trap 'echo ERR $? $FUNCNAME' ERR; f() { false; true; }; f; false; (exit 3); ! true; false || true; echo end
---
trap 'echo exit $?' EXIT; trap 'echo err' ERR; false; (exit 2); exit 5
---
trap 'rm -f tmp; echo cleaned' EXIT; touch tmp; ls tmp; exit; echo no
---
trap 'echo int; exit 3' INT; kill -INT $$; echo no
---
trap 'echo t1' TERM; trap 'echo h' HUP; kill -HUP $$; kill -s TERM $$; kill -15 $$; trap -p; trap - TERM; trap -p TERM; trap '' HUP; kill -HUP $$; echo alive; trap -p HUP
---
(trap 'echo sub exit' EXIT; echo in); trap 'echo main exit' EXIT; (echo child); bash -c 'trap "echo bye" EXIT; exec true'; echo end
---
f() { trap 'echo ret' RETURN; echo body; }; f; trap 'echo dbg' DEBUG; echo x; trap - DEBUG; echo y
---
trap 'echo got $?' EXIT; set -e; false
---
trap foo BOGUS; echo $?; trap -l | head -1 | cut -c1-12; kill -l 9; kill -l TERM; kill -0 $$; echo $?; kill -9 99999999; echo $?
---
(exit 300); echo $?; sh -c 'exit -1'; echo $?
---
sleep 0.02 & p=$!; wait $p; echo $?; (exit 7) & wait $!; echo $?; false & wait; echo $?; wait 99999; echo $?
---
(sleep 0.4; exit 3) & (sleep 0.01; exit 5) & wait -n; echo $?; wait -n; echo $?; wait -n; echo $?
---
sleep 0.01 & wait %1; echo $?; jobs; echo none
---
a=$(sleep 0.01 & echo $!); [[ $a =~ ^[0-9]+$ ]] && echo pid; { echo bg; } & wait; (echo s1; echo s2) | cat; { echo g1; echo g2; } | tac
---
x=1; { x=2; }; echo $x; (x=3; echo $x); echo $x; echo 5 | read x; echo $x; shopt -s lastpipe; echo 6 | read x; echo $x; x=4 | true; echo $x
---
exec 3>out; echo to3 >&3; echo again >&3; exec 3>&-; cat out; exec 4<out; read l <&4; echo $l; read l <&4; echo $l; read l <&4; echo $?; exec 4<&-; echo x >&9; echo $?
---
exec 5<>rw; echo data >&5; exec 5>&-; cat rw; exec >log 2>&1; echo logged; ls nope
---
exec {fd}>dyn; echo hi >&$fd; exec {fd}>&-; cat dyn; [[ $fd -ge 10 ]] && echo ten; echo x >&$fd; echo $?
---
{ echo out; echo err >&2; } 2>e >o; cat o; cat e; { echo a; echo b >&2; } &>both; cat both; { echo c; echo d >&2; } 2>&1 | sort; ls nope 2>&1 >/dev/null | wc -l
---
echo a >f; echo b >>f; cat <f >g; cat g; >empty; wc -c <empty; : >f; wc -c <f; cat <nope; echo $?; echo x >/no/dir; echo $?; echo y > .; echo $?
---
echo hi 3>&1 1>&2 2>&3 | cat; (echo o; echo e >&2) 3>&1 1>&2 2>&3 | sed s/^/piped:/; echo done >&1; echo n 2>&-
---
cat <<A; cat <<B
first
A
second
B
---
cat <<-'EOF'
	tab $x `y`
	  more
	EOF
cat <<"E F"
quoted $x
E F
---
x=v; cat <<EOF
$x ${x}y $(echo cmd) $((1+2)) \$x \\ \` "q" 'q' \n
${x:+set}
EOF
---
cat <<< "a b"; cat <<< $'x\ny'; x="p  q"; cat <<< $x; cat <<< "$x"; read -r a <<< "  lead  "; echo "[$a]"; wc -c <<< ''
---
while IFS= read -r line; do echo "[$line]"; done <<EOF
  a  b  
c\d

last
EOF
---
f() { cat; }; f <<EOF
to function
EOF
if true; then cat <<X
inside if
X
fi; for i in 1 2; do cat <<Y
loop $i
Y
done
---
cat <<EOF | tr a-z A-Z
upper
EOF
cat <<EOF > hd; cat hd
file
EOF
---
diff <(echo a) <(echo b); echo $?; cat <(echo x) <(echo y); paste <(seq 3) <(seq 4 6); wc -l < <(seq 5); comm -12 <(seq 5) <(seq 3 7)
---
echo data | tee >(cat > copy) > /dev/null; sleep 0.1; cat copy; while read x; do ((s+=x)); done < <(seq 4); echo $s
---
read x; echo "[$x] $?"; read -r a b c <<< 'x\y z'; echo "$a,$b,$c"; read a b <<< 'x\y z'; echo "$a,$b"; read -n 2 t <<< hello; echo $t; read -d : u <<< a:b; echo $u; read -N 3 v <<< 'a b c'; echo "[$v]"
---
printf 'a b\nc d\n' | while read x y; do echo "$y $x"; done; printf 'no newline' | { read x; echo "$? $x"; }; read -t 0.01 z < /dev/null; echo $?; echo 'a:b c' | { IFS=: read p q; echo "$p|$q"; }
---
echo 'a,b , c' | { IFS=', ' read x y z; echo "$x|$y|$z"; }; echo ' x  y ' | { read a; echo "[$a]"; }; echo ' x  y ' | { IFS= read a; echo "[$a]"; }; echo 'k=v=w' | { IFS== read k v; echo "$k|$v"; }; read -p 'prompt> ' q <<< ans; echo $q; read -u 3 t 3<<< three; echo $t
---
while getopts ':ab:c' o; do case $o in a) echo a;; b) echo b=$OPTARG;; c) echo c;; :) echo "need $OPTARG";; \?) echo "bad $OPTARG";; esac; done; set -- -ab val -c -x -b; while getopts ':ab:c' o; do echo "$o ${OPTARG-}"; done; echo $OPTIND; shift $((OPTIND-1)); echo $#
---
f() { local OPTIND o; while getopts 'n:v' o; do echo $o $OPTARG; done; shift $((OPTIND-1)); echo rest "$@"; }; f -n 5 -v x y; f -vn3 -- -z; f -q
---
echo a; echo b # comment
#whole line
echo c#d; echo "#no"; x=a#b; echo $x; echo ${x#a}
---
true; echo $?; false; echo $?; nosuchcmd; echo $?; ./none; echo $?; /; echo $?; touch nx; ./nx; echo $?; echo $(nosuch2); echo $?
---
! true; echo $?; ! ! true; echo $?; true && ! false && echo y; { time -p true; } 2>/dev/null; echo $?; command echo cmd; builtin echo b; builtin nope; echo $?; command nope; echo $?
---
alias ll='echo aliased'; ll; echo $?; shopt -s expand_aliases; alias e2='echo two'
e2 x; unalias e2; e2; echo $?; alias e2; alias foo=bar; alias foo; alias
---
eval 'x=1; echo $x'; eval "for i in a b; do echo \$i; done"; y='echo "a  b"'; $y; eval "$y"; eval; echo $?; eval 'exit 3' ; echo no
---
echo 'echo sourced $1 $x; y=set; return 4; echo no' > s.sh; x=X; . ./s.sh arg; echo $? $y; source s.sh; source ./s.sh a b; echo $#; . nofile; echo $?; bash s.sh q; echo $?
---
type -t echo; type -a true | head -2; type nope; command -v ls | sed 's#.*/##'; command -V if; hash; which nope; echo $?; type -p ls | sed 's#.*/##'; type -P echo | sed 's#.*/##'
---
echo $BASHPID | grep -c .; echo $$ $(echo $$) | awk '{print $1==$2}'; echo $SHLVL | grep -c .; (echo $BASH_SUBSHELL); echo $BASH_SUBSHELL; echo ${BASH_SOURCE[0]-none} $LINENO
---
cd /tmp; pushd / >/dev/null; pwd; popd > /dev/null; pwd; dirs; cd /nonexist; echo $?; cd - ; cd; pwd; cd ''; echo $?; cd a b; echo $?; mkdir -p /tmp/cdx/y; cd /tmp/cdx/y; cd ..; pwd; echo $OLDPWD; rm -r /tmp/cdx
---
if; then
---
echo (a)
---
for i in a b; do echo $i
---
echo 'open
---
fi
---
{ echo a }
---
f() { ; }
---
case x in a) echo;
---
echo a |
---
echo $(echo a
---
&& echo a
---
while true; done
