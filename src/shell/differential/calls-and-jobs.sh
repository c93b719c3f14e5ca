case b in a) echo 1;; b) echo 2;& c) echo 3;;& d) echo 4;; *) echo 5;; esac; case x in x) ;& y) echo fall;; esac; case '' in ?*) echo n;; "") echo e;; esac
---
set -e; f() { false; echo cont; }; f && echo a; echo b; g() { set +e; false; echo g; }; g; false; echo end $?; set -e; (set +e; false; echo s); false; echo no
---
set -e; x=$(false; echo y); echo "x=$x"; local_f() { local v=$(false); echo "local ok"; }; local_f; export e=$(false); echo exp; y=`exit 3`; echo no
---
set -e; while false; do :; done; until true; do :; done; [ 1 = 2 ] || :; if ! false; then echo a; fi; false | true; echo pipe; { false; echo no1; } | cat; echo after; (exit 2); echo no
---
set -e; trap 'echo EXIT $?' EXIT; trap 'echo ERR $? line $LINENO' ERR; f() { return 4; }
f
echo no
---
set -eE; trap 'echo ERR $? ${FUNCNAME[0]}' ERR; f() { (exit 7); echo no; }; f; echo no2
---
trap 'echo D $BASH_COMMAND' DEBUG; x=1; echo $x; (( x++ )); f() { echo f; }; f; for i in 1 2; do :; done; [[ $x ]]; case $x in 2) echo two;; esac; trap - DEBUG; echo off
---
f() { trap 'echo RET $?' RETURN; echo body; return 3; }; f; echo $?; g() { echo g; }; g; trap - RETURN; set -T; trap 'echo R2' RETURN; g; . /dev/stdin <<< 'echo sourced'; trap -p RETURN
---
trap 'echo a' INT TERM; trap; trap -p INT; trap '' HUP; trap; trap - INT; trap -p; trap 'echo q"x' USR1; trap -p USR1; trap 0 2>&1; trap foo BAR; echo $?; trap -l | head -2; trap INT; trap -p
---
trap 'echo bye; exit 9' EXIT; exit 2
---
trap 'echo sub' EXIT; (echo in; trap -p); (trap 'echo subexit' EXIT; echo x); echo $(trap 'echo cs' EXIT; echo y); echo end
---
kill -l 9 15 137; kill -l TERM INT; kill -l | head -1; kill -0 $$; echo $?; kill -FOO $$; echo $?; kill; echo $?; kill abc; echo $?; kill %1; echo $?; kill -s; kill 99999; echo $?; kill -l 200
---
true | false | true; echo ${PIPESTATUS[@]} $?; (exit 3) | (exit 4); a=("${PIPESTATUS[@]}"); echo ${a[@]}; ! false | true; echo $? ${PIPESTATUS[*]}; if false | true; then echo ${PIPESTATUS[0]}; fi; x=5 | cat; echo ${#PIPESTATUS[@]}
---
sleep 0.02 & a=$!; (sleep 0.05; exit 5) & b=$!; wait -n; echo $?; wait -n; echo $?; wait -n; echo $?; wait $a; echo $?; wait $b; echo $?; wait 99999; echo $?; wait %3; echo $?; wait abc; echo $?
---
(exit 3) & wait -n -p who; echo $? $([ $who = $! ] && echo same); sleep 5 & p=$!; kill $p; wait $p; echo $?; wait -f; echo $?; wait; echo $?
---
while getopts ":ab:c" o -a -b val -x -c rest; do case $o in b) echo "b=$OPTARG";; \?) echo "bad $OPTARG";; :) echo "need $OPTARG";; *) echo $o;; esac; done; echo $OPTIND; OPTIND=1; getopts "b:" o -b; echo $? $o; OPTIND=1; getopts ":b:" o -b; echo $? $o $OPTARG; OPTIND=1; getopts ab o -ab; echo $o; getopts ab o -ab; echo $o $OPTIND; getopts ab o -ab; echo $? $o; OPTIND=1; getopts a o -z; echo $o; OPTIND=1; getopts a o -- -a; echo $? $OPTIND; getopts; echo $?
---
x=1; (x=2; y=3); echo $x ${y-none}; echo | { x=4; }; echo $x; { x=5; } < /dev/null; echo $x; f() { local x=6; g; echo $x; }; g() { x=7; }; f; echo $x; x=8 true; echo $x; x=9 eval 'echo $x'; echo $x; x=10 f; echo $x; shopt -s lastpipe; echo hi | read z; echo $z
---
echo $BASH_SUBSHELL; (echo $BASH_SUBSHELL; (echo $BASH_SUBSHELL)); echo $(echo $BASH_SUBSHELL); { echo $BASH_SUBSHELL; } | cat; echo $SHLVL; f() { echo ${FUNCNAME[@]} ${#FUNCNAME[@]}; }; g() { f; }; g; echo $LINENO; echo ${BASH_SOURCE[0]} $0
---
f() { echo $LINENO; caller 0; caller; }
f
g() {
  f
}
g; caller; echo $?
---
select x in a b; do echo "$REPLY=$x"; [[ $x ]] || break; done < <(printf '1\n\nb\n'); echo $?; select y; do :; done </dev/null; select z in; do echo n; done; echo done
---
select x in one two three four five six seven eight nine ten eleven twelve; do echo "$x"; break; done <<< 11
---
for ((i=0, j=10; i<j; i+=3, j--)); do echo $i $j; done; for ((;;)); do break; done; for ((i=0;i<2;i++)) { echo b$i; }; for i in a b; { echo $i; }; for ((i=3;i--;)); do echo -n $i; done; echo
---
coproc cat; echo hi >&${COPROC[1]}; read x <&${COPROC[0]}; echo got $x; eval "exec ${COPROC[1]}>&-"; wait $COPROC_PID; echo $?
---
coproc W { while read l; do echo "<$l>"; done; }; echo a >&"${W[1]}"; read -r -u "${W[0]}" y; echo $y; echo ${#W[@]}; kill $W_PID; wait $W_PID 2>/dev/null; echo $?
---
! true; echo $?; ! ! true; echo $?; true && ! false && echo yes; { ! false; } && echo y2; if ! [ a = b ]; then echo neq; fi; ! (exit 4); echo $?
---
f() { return 1 2; }; f; echo $?; f() { return x; }; f; echo $?; return; echo $?; f() { shift 3; echo $?; shift -1; echo $?; shift a; echo $?; }; f 1 2; exec nope; echo no
---
exec nope_cmd; echo no
---
exec 3>out; echo a >&3; echo b 1>&3; exec 3>&-; cat out; echo c >&3; echo $?; exec 4<out; read x <&4; read y <&4; echo $x$y; exec 4<&-; echo d > /nodir/x; echo $?; cat < nofile; echo $?; { echo e; echo f >&2; } > o 2>&1; cat o; exec {fd}>o2; echo z >&$fd; cat o2; echo $((fd>=10))
---
set -C; echo a > f; echo b > f; echo $?; echo c >| f; cat f; set +C; echo > ; echo no
---
echo a >&9; echo $?; echo x 2>&1 >/dev/null; ls nope 2>&1 >/dev/null | wc -l; cat <&7; : > f; : >> f; echo q &> f; echo r &>> f; cat f; echo s >& f; cat f; > g; ls g; < f; echo $?; f=f2; echo t > $f; cat f2; x='a b'; echo u > $x; echo $?
---
type ls cd if f; f() { echo hi; }; type f; type -t f ls nope cd; type -a echo | head -2; type -p ls; type -P cd; echo $?; command -v ls cd f nope; echo $?; command -V f; command -v; echo $?; alias x=y; type x; hash; hash nope; echo $?; which nope; echo $?
---
builtin echo a; builtin ls; echo $?; command echo b; command nope; echo $?; enable -n echo; type -t echo; enable echo; type -t echo; enable nope; echo $?; readonly r=1; r=2; echo no
---
readonly r=1; (r=2); echo $?; unset r; echo $?; readonly -p | grep ' r='; f() { local r=3; echo $r; }; f; echo $?; export r; declare r=4; echo $?; for r in 1; do echo x; done; echo $?; read r <<< 5; echo $?; let r=5; echo $?; ((r=6)); echo $?; printf -v r x; echo $?
---
for i in 1; do break a; done; echo after
---
f() { break 1 2; }; for i in 1 2; do break 1 2; echo t; done; echo $?; for i in 1 2; do continue x; done; echo no
---
f() { return x; echo in; }; f; echo $?; f() { return 1 2; }; f; echo no $?
---
shift a; echo $?; set -- 1 2; shift -1; echo $?; shift 1 2; echo $?
---
exit 1 2; echo no $?
---
exit x
---
readonly r=1; f() { local r; echo $r; local -r z=2; z=3; echo no; }; f; echo out $?
---
trap 'echo A' EXIT; (trap -p; trap 'echo B' USR1; trap -p); x=$(trap -p); echo "$x"; trap -p | cat; f() { trap -p; }; f
---
trap 'echo $BASH_COMMAND at $LINENO' ERR; false; ls nope 2>/dev/null; (exit 3); [[ a == b ]]; ((0)); x=$(false); f() { grep -q x /dev/null; }; f; true && false; { false; }; if true; then false; fi; for i in 1; do false; done; false | true; true | false
---
set -o functrace; trap 'echo "D: $BASH_COMMAND"' DEBUG; f() { echo in; return 2; }; f a; (echo sub); { echo grp; } | cat; while ((i++<1)); do echo loop; done; select q in a; do break; done <<< 1; until true; do :; done; if true; then echo y; fi; x=1 y=2; echo "$(echo cs)"
---
tee >(wc -l) < <(seq 3) | sort; wait
---
let; echo $?; let 'x=3' 'y=x*2' 'x>y'; echo $? $x $y; let x++ x+=2; echo $x; let "x = 1 +"; echo $?; let 1/0; echo $?
---
alias ll='ls -l' g=grep; alias; alias ll; alias nope; echo $?; unalias ll nope; echo $?; unalias -a; alias; unalias; echo $?; shopt -s expand_aliases
alias hi='echo hi there' n='hi; '
hi you
n x
\hi; 'hi'
alias e='echo ' w=world
e w w
---
set -- -a; echo $1; set -; echo $#; set - x y; echo $@; set --; echo $#; set -x +x; set -q; echo $?; set -o nope; echo $?; set -o | head -3; set +o | head -3; set -euo pipefail; echo $-; set +e; echo $SHELLOPTS
---
shopt nope; echo $?; shopt -s nope; echo $?; shopt extglob; echo $?; shopt -s extglob; shopt -q extglob; echo $?; shopt -p extglob; shopt -s nullglob extglob; shopt -u nullglob; shopt nullglob extglob; shopt -o errexit; shopt -so errexit; echo $-
---
printf '%s\n' {a..c} | while read x; do ((n++)); done; echo ${n-unset}; n=0; while read x; do ((n++)); done <<< $'1\n2'; echo $n; shopt -s lastpipe; seq 3 | while read x; do ((n++)); done; echo $n; read a b < <(echo 1 2); echo $b$a
---
echo abc | { read x; echo "<$x>"; cat; }; printf 'a\nb\nc\n' | (read x; read y; echo $y; cat); { read a; read b; } <<< $'1\n2'; echo $a$b; f() { cat; }; f <<< hey; f < <(echo ps) ; for i in 1 2; do cat; done <<< once; if read x; then echo $x; fi <<< iff; while read l; do echo $l; break; done <<< w
---
f() { echo "out"; echo err >&2; } ; f > o 2> e; cat o e; f 2>&1 >/dev/null | tr a-z A-Z; f &> both; sort both; g() { echo g; } > gfile; g; cat gfile; { f; } 2>/dev/null >&2; echo done; f >&2 2>/dev/null; f 2>&1 | wc -l; f 1>&2 2>&1 | wc -l
---
x=5; f() { echo $x; x=6; local x=7; g; echo $x; }; g() { echo g$x; x=8; }; f; echo $x; h() { local a=1 b=$a; echo "$b"; local c; echo "[${c-unset}]"; local -i n=3+4; echo $n; local arr=(1 2); echo ${#arr[@]}; }; h; local q=1; echo $?; k() { local -; set -f; echo *; }; touch zz; k; echo *
