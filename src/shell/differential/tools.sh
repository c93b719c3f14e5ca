export TZ=UTC; date -d @0; date -d '2024-02-28 +2 days' +%F; date -d '2024-01-31 + 1 month' +%F; date -d '2024-03-10 12:00 -3 hours' '+%F %T'; date -d 'Jan 5 2024' +%A; date -d '2024-05-06T07:08:09Z' +%s; date -u -d @1700000000 +%Y-%m-%dT%H:%M:%SZ; date -d '2024-01-01 yesterday' +%F; date -d '20240506' +%j; date -d '2024-05-06' '+%a %b %d %y %e %H %I %p %M %S %u %w %U %V %G %C %D %T %R %r %c %x %X %Z %z %% %n%t| %s %N %k %l %h %P'; date -d 'garbage'; echo $?; date +%-d >/dev/null; date -d '2024-05-06' '+%-m %_d %03d %^a %#Z'; date --date='1 week ago' +%F >/dev/null; echo $?; date -I -d @0; date -Iseconds -u -d @0; date -R -u -d @0; date --rfc-3339=seconds -u -d @0; date x; echo $?; date -r nope; echo $?
---
read a b <<< 'one two three'; echo "$a|$b"; read -r x <<< 'a\tb'; echo "$x"; read x <<< 'a\tb'; echo "$x"; IFS=: read a b c <<< 'x:y:z:w'; echo "$a $b $c"; read -d, x <<< 'a,b'; echo $x; read -n3 x <<< abcdef; echo $x; read -N5 x <<< $'ab\ncdef'; echo "$x"; read -t 0.01 x < <(sleep 1); echo $?; read -p prompt x <<< v; echo $x; read -a arr <<< 'a b c'; echo ${arr[1]}; read <<< '  keep  '; echo "[$REPLY]"; read x < /dev/null; echo $?; printf 'no newline' | { read x; echo $? $x; }; read -u 9 x; echo $?; read 1x <<< a; echo $?; read -z; echo $?; IFS= read -r l <<< '  sp  '; echo "[$l]"; IFS=, read -r a b <<< 'a,,b,'; echo "$a|$b"; read -s x <<< sec; echo $x; read -i a x <<< b; echo $x; read -n; echo $?; read -t x y; echo $?; read a[1] <<< z; echo ${a[1]}; while IFS= read -r -d '' f; do echo "<$f>"; done < <(printf 'a\0b\n\0'); read -e x <<< ed; echo $x; read -t 0 x <<< a; echo $?
---
mapfile -t a < <(seq 3); echo ${a[@]} ${#a[@]}; mapfile -t -n 2 b < <(seq 5); echo ${b[@]}; mapfile -t -s 2 c < <(seq 5); echo ${c[@]}; mapfile -t -O 2 d <<< x; echo ${!d[@]}; mapfile -d: -t e <<< 'a:b'; declare -p e; mapfile -t; echo $?; mapfile <<< $'x\ny'; printf '%s' "${MAPFILE[@]}"; mapfile -C 'echo cb' -c 2 -t f < <(seq 4); mapfile -x; echo $?; mapfile -t 1x <<< a; echo $?; mapfile -u 9 x; echo $?; readarray -t z <<< ''; echo ${#z[@]}; mapfile -t y < /dev/null; echo ${#y[@]}; mapfile -n x q; echo $?
---
declare -A m=([b]=2 [a]=1 [c]=3); for k in "${!m[@]}"; do echo $k=${m[$k]}; done; echo "${m[@]}"; declare -p m; unset 'm[a]'; echo ${#m[@]}; m+=([d]=4); echo "${!m[@]}"; declare -A e=(); echo ${#e[@]}; [[ -v m[b] ]] && echo yes; for i in one two three four five six seven; do n[$i]=1; declare -A w; w[$i]=${#i}; done; echo "${!w[@]}"; declare -A p; p["key with space"]=v; p['q"uote']=w; declare -p p; echo "${p["key with space"]}"
---
declare -i n=5; n+=3; echo $n; n='2*3'; echo $n; n=abc; echo $n; declare -u U=abc; echo $U; declare -l L=ABC; echo $L; declare -c C=hELLO; echo $C; U+=def; echo $U; declare -r R=1; R=2; echo no
---
echo $((1+2*3)) $((2**10)) $((7/2)) $((-7/2)) $((-7%3)) $((1<<4)) $((255&15)) $((5^3)) $((~5)) $((!0)) $((1?2:3)) $((x=5, x+1)) $((x++ + ++x)) $x $((0x1F)) $((010)) $((2#1010)) $((36#z)) $((1==1 && 2>1 || 0)); ((x+=2)); echo $x; ((x>100)); echo $?; i=0; ((i++)); echo $?; echo $((a[2]=5)) ${a[2]}; echo $((  1 +
2 )); echo $[1+1]; y='x+1'; echo $((y)); echo $((10#08)); echo $(( (1,2) )); let "z = 3 ** 2"; echo $z; echo $((-2**2)) $((2**3**2)) $((5 % -3)) $((1 ? 2 : 0 ? 3 : 4))
---
echo $((1/0)); echo next $?
---
echo $((08)); echo no
---
echo $((1 +)); echo no
---
echo $((x y)); echo no
---
((1=2)); echo $?; (( )); echo $?; ((x=)) ; echo $?; let 'a b'; echo $?; [[ 1+1 -eq 2 ]] && echo arith; [[ abc -eq 0 ]] && echo zero; [ 1+1 -eq 2 ]; echo $?; [ abc -eq 0 ]; echo $?; [[ 08 -eq 8 ]]; echo $?; echo $((9223372036854775807+1)) $((2**63)) $((2**-1)); echo no
---
[ a = a ] && echo 1; [ a ] && echo 2; [ ! a ] || echo 3; [ -z '' -a -n x ] && echo 4; [ a = b -o c = c ] && echo 5; [ \( a = a \) ] && echo 6; [ -e nope ]; echo $?; [ a b ]; echo $?; [ a = ]; echo $?; [ 1 -gt x ]; echo $?; [ ; echo $?; [ -f ]; echo $?; test; echo $?; test 1 -lt 2 && echo 7; [ a \< b ] && echo 8; [[ a < b ]] && echo 9; touch f; [ -f f -a -r f ] && echo 10; [ f -nt nope ] && echo 11; [ f -ef ./f ] && echo 12; [ -s f ]; echo $?; [ -t 0 ]; echo $?; [ -v HOME ] && echo 13; [ -o errexit ]; echo $?; [ ! = x ]; echo $?; [ ! ]; echo $?; [ = ]; echo $?; [ a = a; echo $?; [ -n ]; echo $?; [ a -foo b ]; echo $?; [ '(' x ')' ]; echo $?; [ x -a ]; echo $?
---
shopt -s extglob nocasematch; case ABC in abc) echo ci;; esac; [[ FOO == foo ]] && echo y; x=file.tar.gz; echo ${x%%.@(tar|gz)*}; [[ a.b == +([a-z]).?(b) ]] && echo e; y=aXbXc; echo ${y//+(X)/-} ${y/@(a|b)/_}; case a1 in +([a-z])+([0-9])) echo m;; esac; echo ${y#*(a)X}; [[ foo.txt == !(*.log) ]] && echo nl
---
printf "%.0f %.0f %.0f %.2f %.1e %g\n" 0.5 1.5 2.5 0.125 12500 1234565; awk "BEGIN{printf \"%.0f %.2f %.3g\n\", 2.5, 0.125, 1.125; print 0.1+0.2, 1e300*1e300, 1234565.5}"
---
numfmt --to=iec 0 1 999 1023 1024 1025 1536 10239 10240 1048576 1500000000; numfmt --to=si 999 1000 1001 9999 999999 1500000; numfmt --to=iec-i 2048 104857600
---
numfmt --from=iec 1K 1.5M 2G; numfmt --from=si 1K 1k 3M; numfmt --from=auto 1K 1Ki 2Mi; numfmt --from=iec-i 64Mi; numfmt --from=iec-i --to=si 64Mi 1Gi; numfmt --to=iec --suffix=B 2048; numfmt --to=iec --padding=8 2048; numfmt --to=iec --padding=-8 2048 | tr ' ' _
---
printf 'a 1024\nb 2097152\n' | numfmt --field=2 --to=iec; printf 'x:1536:y\n' | numfmt -d: --field=2 --to=iec; printf '  2048\n' | numfmt --to=iec; numfmt --to=iec --round=down 1100 1999; numfmt --to=si --round=nearest 1449 1450; numfmt 5 007
---
numfmt 1K; echo $?; numfmt abc; echo $?; numfmt --from=iec 1Q; echo $?; numfmt --from=iec-i 1K; echo $?; numfmt --to=nope 1 2>&1 | head -1; numfmt --from=iec 1Ki; echo $?
