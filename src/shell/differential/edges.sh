x=abcabc; echo ${x#a*b} ${x##a*b} ${x%b*} ${x%%b*} ${x/b/X} ${x//b/X} ${x/#a/X} ${x/%c/X} ${x//[ac]} ${x:1:2} ${x: -2} ${x:1:-1} ${x:7}.
---
x=hello; echo ${x^} ${x^^} ${x^^[el]} ${x,} ${x~} ${x~~}; y=HELLO; echo ${y,} ${y,,} ${y,,[HL]}; set -- ab cd; echo ${@^} ${*^^} "${@/b/-}" ${#@} ${@: -1} ${@:0:1}
---
x='a*b'; echo ${x#'a*'} "${x#"a*"}" ${x/\*/+} "${x/'*'/+}"; y='*'; echo "${x#*$y}" "${x#*"$y"}"; z='a/b/c'; echo ${z////-} ${z//\//-} ${z///b} ${z//b/} ${z##*/} ${z%/*}
---
unset u; echo ${u:-d} ${u-d} ${u:+s} ${u+s}; u=; echo "[${u:-d}]" "[${u-d}]" "[${u:+s}]" "[${u+s}]"; echo ${u:=n} $u; (: ${v:?custom message}); echo $?; (: ${v?}); echo $?; set -- ; echo ${1:-none} ${@:-nothing} ${*-x}
---
x=y y=z; echo ${!x} ${!x:-d}; a=(1 2); n='a[1]'; echo ${!n}; n=nope; echo ${!n-unset}; pre_a=1 pre_b=2; echo ${!pre_@} ${!pre*}; echo ${#x} ${#nope} ${#a[@]} ${#a[1]}
---
x='it'"'"'s "q"'; echo ${x@Q} ${x@U} ${x@u} ${x@L} "${x@E}"; y=$'a\nb'; echo ${y@Q}; declare -i n=3; echo ${n@a} ${n@A}; p='\u@\h'; echo ${u@Q}.
---
echo ${x:-$(echo sub)} ${x:-"a b"} ${x:-'a b'} "${x:-'q'}" "${x:-"d"}" ${x:-~} ${x:-a\ b} ${x:-{1,2\}} ${x:-}}; echo "${x:-$((1+2))}" ${x:-`echo bt`} ${#:-z}
---
x=12345; echo ${x:2} ${x:(-2)} ${x:1+1:x-12343} ${x: -3:2}; echo ${x:0:-6}; echo after
---
echo $((1/0)); echo no
---
echo $((5%0)) 2>&1 || echo x; ((1/0)); echo "st $?"; let 'a=1/0'; echo "st $?"
---
echo $((08)); echo no
---
echo $((1+)); echo no
---
x='1 2'; echo $((x)); echo no
---
echo $((2**-1)); echo no
---
((x=)); echo $?; let; echo $?; let 'y = 3 *'; echo $?; echo $((a b)); echo no
---
echo $((3#12)) $((16#ff)) $((36#z)) $((64#_)) $((2#101)); echo $((2#3)); echo no
---
x=5; echo $((x++ + ++x)) $x $((x-- - --x)) $x $((-x)) $((!x)) $((~x)) $((x<<2)) $((x>>1)) $((x&1|4^2)) $((x>3?1:2)) $((1,2,3)) $((x+=2)) $((x%=4)) $((2**10)) $((-7/2)) $((-7%3)); y=x; echo $((y)) $((y+1))
---
((1<2)) && echo lt; ((0)) || echo zero; (( a = 3, b = a * 2 )); echo $a $b; echo $((a==3 && b!=6 || 1)) $((0 && (a=9))) $a; let a+=1 b-=1; echo $a $b; let 0; echo $?; i=0; ((i+=5)); echo $? $((i++)) $i
---
set -e; f() { false; echo in; }; if ! f; then echo no; fi; f && echo and; x=$(f; echo sub); echo "[$x]"; f; echo unreached
---
set -e; (set +e; false; echo here); (false; echo not) || echo caught; { false; echo group; } || true; until false; do echo once; break; done; while false; do :; done; echo end; false | true; echo pipe; true | false; echo no
---
set -e; local_ok() { local v=$(false); echo kept; }; local_ok; export E=$(false); echo kept2; v=$(false); echo no
---
set -e; trap 'echo trap $?' EXIT; case x in x) false;; esac; echo no
---
set -e; f() { return 3; }; for i in 1; do f || echo $?; done; ! f; echo bang; [ 1 = 2 ] && echo y; test 1 = 2 || echo z; eval 'false || true'; eval false; echo no
---
set -e; shopt -s inherit_errexit; x=$(false; echo on) || echo "got $?"; y=$(echo a; false; echo b); echo "no $y"
---
touch a b.txt .h; echo *; shopt -s dotglob; echo *; shopt -u dotglob; shopt -s nullglob; echo no*; echo x no*; shopt -u nullglob; echo no*; shopt -s failglob; echo no*; echo "st $?"
---
mkdir -p d/e; touch d/x.c d/e/y.c z.c A.c; shopt -s globstar; echo **/*.c; echo d/**; shopt -s nocaseglob; echo a.*; shopt -u nocaseglob; echo a.*; set -f; echo *; set +f; echo [A-z].c [!A].c ?.c; GLOBIGNORE='z*'; echo *.c
---
touch a1 a2 ab b1 'x y' 'q*'; echo a[0-9] a[!0-9] [[:alpha:]][[:digit:]] a? *\ * q\* 'a'* "a"1 [b]1 {a,b}1 a{1,2,9}; shopt -s extglob; echo !(a*) ?(a|b)1 +([a-z]) @(a1|b1) *(b)1; for f in none*; do echo "$f"; done; f='a*'; echo $f "$f"
---
touch -- -n 1 'a
b'; echo *; printf '%q\n' *; x=*; echo "$x"; [[ a1 == a* ]] && echo glob; [[ a1 == "a*" ]] || echo literal; [[ ab =~ ^a(.)$ ]] && echo ${BASH_REMATCH[1]}; case a.c in *.[ch]) echo src;; esac
---
trap 'echo one' USR1; trap; kill -USR1 $$; trap 'echo two; trap - USR1' USR1; kill -USR1 $$; trap -p USR1; trap '' INT; trap -p; trap - INT; trap -p; echo end
---
f() { trap 'echo f-exit' EXIT; echo in; }; f; (f); echo main; trap 'echo new' EXIT; exec 2>/dev/null; exit 7
---
trap 'echo "line $LINENO cmd"' ERR
false
f() {
  false
}
f
(exit 9) || :
if false; then :; fi
echo end
---
trap 'echo dbg:$BASH_COMMAND' DEBUG; x=1; echo $x; f() { echo in; }; f; trap - DEBUG; echo off
---
sleep 0.05 & wait $!; echo $?; (exit 3) & wait $!; echo $?; sleep 5 & kill $!; wait $! 2>/dev/null; echo $?; wait 99999; echo $?; wait %9; echo $?; jobs; fg; bg; disown %3
---
sleep 3 & p=$!; jobs | sed 's/[0-9]\{3,\}/PID/'; kill -TERM %1; wait $p; echo $?; jobs; kill %1; echo $?; kill -l 15 1 9; kill -l HUP; kill -l 143; kill -FOO 1; echo $?; kill; echo $?
