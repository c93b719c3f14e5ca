f() { local x=1; echo "a $x" 'b'; if [ -n "$x" ]; then echo y; elif true; then :; else echo n; fi >out 2>&1; for i in 1 2; do echo $i; done; for j; do :; done; while read l; do echo $l; done < f; until false; do break; done; }; declare -f f; type f; declare -f nope; echo $?; declare -F f
---
f() { case $x in a|b) echo 1;; *) echo 2; echo 3;& c) ;; esac; (sub; shell); { grp; } ; [[ -n $x && ! $y == z* || a -nt b ]]; ((x++)); for ((i=0;i<3;i++)); do :; done; }; declare -f f
---
f() { a | b |& c && d || ! e; sleep 1 & x=1 y=2 cmd <<<"w"; arr=(1 2 [4]=x); select s in a b; do :; done; time -p ls; g() { echo in; }; function h { echo h; } 2>/dev/null; echo $(date; ls -l) `pwd` <(ls) $((1+2)) ${x:-y}; a=1; b=2 && c; wait & 
}; declare -f f
---
k() ( echo sub; )
l() if true; then echo; fi
m() { a; } >x
n() { a & b; }
o() { if a; then b & fi; }
declare -f k l m n o
---
p() { cat <<A
x $y
A
echo z
}
q() { while :; do case $1 in x) ;; esac; done; [[ ( a == b ) && c =~ d.*e ]]; declare -a z=(1 2); export Q=1 R; }
r() { echo a >&2; echo b >x 2>>y <z; echo c >&-; : &>all; exec 3<&0; a[1]+=x; if ! a; then :; fi; ! b | c; > only; }
type p; declare -f q r
---
p() { cat <<A && echo z
x
A
cat <<-'B' | wc
	y
B
}; declare -f p
