printf 'a\nb\nc\n' | sed -n '$='; seq 5 | sed '2q'; seq 5 | sed -n '2{p;q}'; seq 3 | sed '2d;$!s/$/,/'; seq 6 | sed -n '2~2p'; seq 5 | sed '2,+1d'; seq 10 | sed -n '0~4p;/7/,$p' | sort -n | uniq
---
seq 4 | sed 'N;s/\n/-/'; seq 5 | sed '$!N;P;D' ; seq 3 | sed -n '1!G;h;$p'; seq 4 | sed -n 'H;${x;s/\n/,/g;s/^,//;p}'; seq 3 | sed ':a;N;$!ba;s/\n/+/g'
---
echo 'hello world' | sed -E 's/(\w+) (\w+)/\2 \1/'; echo aaa | sed 's/a/b/2'; echo aaaa | sed 's/a/b/2g'; echo Hello | sed 's/hello/X/I'; echo abc | sed 'y/abc/xyz/'; echo a/b | sed 's#/#|#'; echo ab | sed 's/\(a\)\(b\)/[\2\1&]/'; echo foo | sed 's/o/\n/'; echo 'a.b' | sed 's/\./\\./'
---
echo 'hello world' | sed 's/\b\w/\U&/g'; echo 'HELLO' | sed 's/.*/\L\u&/'; echo abc | sed 's/b/\U&x\Ey/'; echo 'foo bar' | sed -E 's/(^|\s)(\w)/\1\u\2/g'; echo x | sed 's/x/a\tb/'; echo 'a	b' | sed 's/\t/TAB/'
---
printf 'a\nb\nc\n' | sed '2i\
inserted'; printf 'a\nb\n' | sed '1a after'; printf 'a\nb\n' | sed '2c\changed'; printf 'a\nb\nc\n' | sed '/b/{i before
a behind
}'; printf 'x\n' | sed 'a\  lead'; seq 3 | sed '2,3c\X'
---
printf 'one\ntwo\nthree\n' > f; sed -i 's/two/2/' f; cat f; sed -i.bak '1d' f; ls; cat f f.bak; sed -n '/t/w out' f.bak; cat out; sed -s -n '$p' f f.bak; sed -n '$p' f f.bak; sed -i '$a end' f; cat f
---
printf 'k: v\n# c\n\nx: y\n' | sed -e '/^#/d' -e '/^$/d'; printf 'a=1\nb=2\n' | sed -n 's/^b=//p'; echo 'path/to/file' | sed 's|.*/||'; echo '  trim  ' | sed 's/^ *//;s/ *$//'; printf 'a\n\n\nb\n' | sed '/^$/N;/\n$/D'; seq 3 | sed '1!d'; seq 5 | sed '/2/,/4/!d'; seq 3 | sed -n 'l'; printf 'a\tb\\\001\n' | sed -n l
---
seq 5 | sed -n '/2/,/3/{=;p}'; seq 3 | sed 'n;d'; echo abc | sed 's/./&\n/g' | sed '/^$/d'; seq 3 | sed '2{h;d};${G}'; seq 3 | sed '2r /dev/stdin' /dev/null; printf 'START\na\nEND\nb\n' | sed '/START/,/END/{//!d}'; seq 6 | sed 'N;N;s/\n/,/g'; echo 1 | sed '1~3d'; seq 3 | sed '2!{s/^/-/}'; echo a,b,c | sed 's/,/\n/g;P;D'
---
printf 'foo bar\nbaz foo\nqux\n' > f; grep foo f; grep -c foo f; grep -v foo f; grep -n o f; grep -o 'o\+' f; grep -i FOO f; grep -w ba f; echo $?; grep -x qux f; grep -l foo f nope; echo $?; grep -L foo f; grep -q foo f; echo $?; grep -s x nope; echo $?; grep -h foo f f; grep -H qux f; grep -e foo -e qux f; grep -E 'foo|qux' f; grep -F 'o.' f; grep -m1 foo f
---
seq 10 | grep -A1 5; seq 10 | grep -B2 5; seq 10 | grep -C1 '^[37]$'; seq 20 | grep -A1 -n 5; printf 'a\nb\nc\n' | grep -nA1 b; printf 'x1\ny\nx2\ny\ny\nx3\n' | grep -A1 --no-group-separator x; seq 3 | grep -c ''; seq 3 | grep -vc 2; seq 12 | grep -on 1
---
echo 'key=val; other=2' | grep -oP '(?<=key=)\w+'; echo 'abc123' | grep -oP '\d+'; echo 'a1b2' | grep -oP '[a-z](?=\d)'; echo 'foo=bar' | grep -oP 'foo=\K.*'; echo abc | grep -P '^a.c$'; echo x | grep -P '(' ; echo $?; echo 'A b' | grep -oP '(?i)a'; echo '{"a": "b"}' | grep -oP '"a":\s*"\K[^"]+'; echo aXb | grep -oP 'a\Xb|\p{Lu}' | head -1
---
mkdir -p d/e; echo hit > d/a.txt; echo hit > d/e/b.log; echo no > d/c.txt; grep -r hit d | sort; grep -rl hit d | sort; grep -rn hit d --include='*.txt'; grep -r hit d --exclude='*.txt'; grep -rL hit d | sort; grep -rc hit d | sort; cd d; grep -r hit | sort; grep -r hit . | sort; grep hit *; grep -R hit --exclude-dir=e .; grep -d skip hit *; grep hit a.txt c.txt; grep -rh hit | sort
---
printf '3 c\n1 a\n2 b\n10 d\n' > f; sort f; sort -n f; sort -rn f; sort -k2 f; sort -k2,2r f; sort -k1,1n -k2 f; sort -t' ' -k1.1,1.1 -s f; sort -u <<< $'b\na\nb'; sort -f <<< $'B\na\nC'; sort -c f; echo $?; sort -h <<< $'1K\n2M\n500\n1G'; sort -V <<< $'v1.10\nv1.9\nv1.2-rc1\nv1.2'; sort -M <<< $'MAR\njan\nFEB'; sort -g <<< $'1e3\n2\n-5e1'
---
sort -t: -k3n <<< $'a:b:10\nc:d:9\ne:f:9'; sort -t, -k2,2 -k1,1r <<< $'a,1\nb,1\nc,0'; sort -b -k2 <<< $'x  b\ny a'; sort -o out <<< $'2\n1'; cat out; sort -m <(seq 1 2 5) <(seq 2 2 6); sort -z < <(printf 'b\0a\0') | tr '\0' ' '; echo; sort nope; echo $?; sort -k0 <<< a; echo $?; sort -k x <<< a; echo $?; sort -R /dev/null; sort -d <<< $'a-b\nab'; sort -r -k1,1 <<< $'a 2\na 1\nb 0'; sort -un <<< $'01\n1\n2'; sort --parallel=2 -S 1M <<< a; sort -t '' <<< a; echo $?
---
printf 'a\na\nb\na\n' | uniq; printf 'a\na\nb\n' | uniq -c; printf 'a\na\nb\n' | uniq -d; printf 'a\na\nb\n' | uniq -u; printf 'A\na\n' | uniq -i; printf 'x a\ny a\nz b\n' | uniq -f1; printf 'xa\nya\n' | uniq -s1; printf 'ab1\nab2\nac\n' | uniq -w2; printf 'a\na\nb\nb\n' | uniq -D; printf 'a\na\nb\n' | uniq --group; printf 'a\na\nb\n' | uniq -cd; uniq nope; echo $?
---
printf 'a:b:c\nd:e:f\n' | cut -d: -f2; printf 'a:b:c\n' | cut -d: -f1,3; printf 'a:b:c\n' | cut -d: -f2-; printf 'a:b:c\nno\n' | cut -d: -f2 -s; echo abcdef | cut -c2-4; echo abcdef | cut -c1,3,5-; echo abc | cut -b1-2; echo a:b:c | cut -d: -f1,2 --output-delimiter=-; echo abcdef | cut --complement -c2-3; cut; echo $?; cut -f0 <<< a; echo $?; cut -d ab -f1 <<< a; echo $?; cut -f2-1 <<< a; echo $?; printf 'a\tb\n' | cut -f2; echo 'a b' | cut -d' ' -f5; cut -c <<< a; echo $?
---
echo hello | tr a-y b-z; echo HELLO | tr '[:upper:]' '[:lower:]'; echo aabbcc | tr -s a-c; echo 'a1b2' | tr -d 0-9; echo 'a1b2' | tr -cd '0-9\n'; echo abc | tr abc x; echo 'a  b' | tr -s ' '; echo 'a,b' | tr , '\n'; echo abc | tr -d; echo $?; tr; echo $?; echo abc | tr a-c A-Z; echo 'x y' | tr ' ' '\t' | od -c | head -1; echo abc | tr '\141' X; echo 'a-b' | tr -- - _; echo abc | tr -t abc xy; echo hello | tr -cs l-o '\n'; echo abc | tr c-a x; echo $?; echo '[a]' | tr '[]' '()'; echo aXb | tr '[:alpha:]' '[x*]'
---
paste <(seq 3) <(seq 4 5); paste -d, <(seq 2) <(seq 2); paste -s <(seq 3); paste -sd, <(seq 3); seq 6 | paste - - -; seq 4 | paste -d'\n' - -; paste -d ',;' <(seq 2) <(seq 2) <(seq 2); join <(printf 'a 1\nb 2\n') <(printf 'a x\nc y\n'); join -a1 <(printf 'a 1\nb 2\n') <(printf 'a x\n'); join -t, -1 2 -2 1 <(printf '1,a\n2,b\n') <(printf 'a,x\nb,y\n'); join -v1 <(printf 'a\nb\n') <(printf 'a\n'); join -o 1.2,2.2 <(printf 'a 1\n') <(printf 'a x\n'); join -a1 -a2 -e- -o 0,1.2,2.2 <(printf 'a 1\nb 2\n') <(printf 'b x\nc y\n')
---
comm <(printf 'a\nb\nc\n') <(printf 'b\nc\nd\n'); comm -13 <(seq 3) <(seq 2 4); comm -23 <(printf 'b\na\n') <(printf 'a\n'); echo $?; comm --output-delimiter=, <(seq 2) <(seq 2 3); comm --total -12 <(seq 2) <(seq 2); printf 'a b c\nlong1 x y\n' | column -t; printf 'a,b\nccc,d\n' | column -t -s,; printf 'a:b\n' | column -t -s: -o ' | '; seq 10 | column -c 20
---
printf 'a\n\nb\n' | nl; printf 'a\nb\n' | nl -w2 -s': '; printf 'a\n\n' | nl -ba; seq 3 | nl -v10 -i5; printf 'a\n' | nl -nrz -w3; printf 'a\n' | nl -nln; printf 'a long line of text here\n' | fold -w10; printf 'a long line of text here\n' | fold -sw10; printf 'a\tb\n' | expand; printf 'a\tb\n' | expand -t4; printf '        a   b\n' | unexpand | od -c | head -2; printf 'x\ty\n' | expand -t 2,6; printf 'abc\n' | fold -w 1; echo abc | fold -w0; echo $?
---
seq 3; seq 2 4; seq 1 2 6; seq 5 -2 1; seq -s, 3; seq -w 8 10; seq -f '%03g' 2; seq 0.5 0.5 1.5; seq 3 1; seq; echo $?; seq a; echo $?; seq 1 0 3; echo $?; seq -f '%.2f' 1 2; seq -f 'x%gy' 1; seq 1e3 1e3 2e3; seq -w -1 1; seq -1; seq 1 .25 2; seq -f %d 1; echo $?; seq 9999999 10000001; seq -s ' ' -w 0.5 1.5; seq 1 2 3 4; echo $?; seq -2 2 2
---
echo abc | wc; wc -l < /dev/null; printf 'a b\nc' > f; wc f; wc -lw f; wc -c f; wc f f; wc -L f; wc nope; echo $?; printf 'é' | wc -c; wc -l f nope 2>/dev/null; cat f | wc -m; wc -x; echo $?; printf 'x\n' | wc -l -; wc --total=only -l f f 2>/dev/null || echo old
---
seq 20 | head; seq 20 | head -n 3; seq 20 | head -2; seq 5 | head -n -2; seq 20 | tail -3; seq 5 | tail -n +4; echo abcdef | head -c3; echo; echo abcdef | tail -c3; seq 3 > f; head -n1 f f; tail -qn1 f f; tail -n1 f f; head nope; echo $?; head -n x f; echo $?; head -c 1K f | wc -c; tail -n0 f; head -n0 f; tail -c +5 f; head -vn1 f; tail -5c f; seq 5 | head -n1 -q; head -z; echo $?
---
echo '1 2' | awk '{printf "%s-%d-%5.2f|%-5s|%05d|%x|%o|%e|%g|%c%%\n", $1, $2, $1/3, "ab", 42, 255, 8, 12345.678, 0.0001, "xyz"}'; awk 'BEGIN{printf "%5s|%.2s|%*d\n", "abcdefg", "abc", 4, 7}'; awk 'BEGIN{printf "%i %u %X %G\n", 3.9, 7, 255, 1e10; printf "no newline"; printf("\n%s %s\n", "a", "b")}'; awk 'BEGIN{printf "%s\n"}'; echo $?; awk 'BEGIN{printf "%c%c", 72, "i"; print ""}'; awk 'BEGIN{printf "%z\n", 1}'; echo $?
---
printf 'a\nb\nc\n' > f; awk 'BEGIN{while((getline l < "f")>0) n++; print n; close("f"); getline l < "f"; print l; print (getline q < "nope")}'; awk 'NR==1{getline; print "now", $0, NR} END{print NR}' f; awk '{getline x; print $0, x}' f; awk 'BEGIN{getline; print; getline z; print z, NR}' f; awk 'FNR==1{print FILENAME, FNR, NR}' f f; awk 'END{print $0, NF}' f; awk '{print > "o" NR} END{close("o1"); while((getline t < "o1")>0) print "o1:" t}' f; ls
---
awk 'BEGIN{n=split("a b  c",x); print n, x[1], x[3]; n=split("a,b,c",y,","); print n y[2]; n=split("",z); print n; n=split("abc",w,""); print n, w[1]; n=split("a1b22c",v,/[0-9]+/); print n, v[3]; delete x; print length(x); a["x"]=1; if ("x" in a) print "yes"; if (!("y" in a)) print "no"; delete a["x"]; print length(a); m[1,2]=3; for (k in m) {split(k,p,SUBSEP); print p[1], p[2]}; SUBSEP=":"; m["a","b"]=1; print ("a:b" in m)}'
---
printf 'a b c\n' | awk '{$2=""; print; print NF; $5="e"; print; print NF; $0="x y"; print $2, NF; NF=1; print $0; $3="z"; print}'; printf 'a:b\n' | awk -F: -v OFS=- '{$1=$1; print; print $1,$2}'; printf 'a  b\n' | awk '{print $1$2; print NF; print $0}'; printf '  lead\n' | awk '{print $1; $1=$1; print}'; echo 'a|b|c' | awk -F'|' '{print $2}'; echo 'a.b' | awk -F. '{print $2}'; echo 'aTbTc' | awk -FT '{print $3}'; echo 'a\tb' | awk -F'\\\\t' '{print $2}'; printf 'a\tb c\n' | awk -F'\t' '{print $2}'
---
printf 'a b\nc d\n\ne f\n' | awk -v RS= '{print NR": "$0" ("NF")"}'; printf 'a;b;c' | awk -v RS=';' '{print}'; printf 'a1b22c' | awk -v RS='[0-9]+' '{print}'; printf '1\n2\n' | awk -v ORS=, '{print}'; echo; printf 'a b\nc d\n\n\ne\n' | awk 'BEGIN{RS="";FS="\n"}{print $1"|"$2}'; printf 'ab' | awk -v FS= '{print $1, NF}'; printf 'x\n' | awk -v RS='\n' -v ORS='\r\n' 1 | od -c | head -1
---
awk 'function f(a,b){a[1]=9; b=7; return b} BEGIN{b=1; print f(arr,b), arr[1], b}'; awk 'function fib(n){return n<2?n:fib(n-1)+fib(n-2)} BEGIN{print fib(15)}'; awk 'function g(x){x=5} BEGIN{y=1;g(y);print y}'; awk 'function noret(){} BEGIN{print "["noret()"]"}'; awk 'BEGIN{print undefined_f(1)}'; echo $?; awk 'function f(x){return x+1} BEGIN{print f(f(1))}'; awk 'BEGIN { print length() }' < /dev/null; echo abc | awk '{print length}'; awk 'BEGIN{print length(12345)}'
---
awk 'BEGIN{print 1e6, 1e16, 0.1+0.2, 1/3, 100000*100000, 2^53, 2^53+1, -0, 1e-5, 123456789, 1234567.89; print 017, 0x11, "0x11"+0, "1e2"+0, "3abc"+0, +"", -"5"; OFMT="%.2f"; print 3.14159, 3.14159 ""; CONVFMT="%.1f"; x = 3.14159 ""; print x; print 10%3, -10%3, 5.5%2, 2**3, 2^3^2, !0, !1, !"", !"a", 1==1.0, "a"=="a", "10"<"9", 10<9; print 1>2 ? "y" : "n"; print (1,2) in a, 1 " " -1, 2 -1, "x" > "/dev/stdout"}'
---
awk 'BEGIN{for(i=0;i<3;i++){if(i==1)continue; print i}; while(1){if(++j>2)break}; print j; do k++; while(k<3); print k; for(;;){exit 7}} END{print "end"}'; echo $?; seq 5 | awk 'NR==2{next} NR==4{exit} {print} END{print "E", NR}'; awk '/b/,/d/{print NR": "$0}' <<< $'a\nb\nc\nd\ne'; awk 'NR%2' <<< $'1\n2\n3'; awk '!seen[$0]++' <<< $'a\nb\na'; awk '$1~"^a"' <<< $'ab\nba'; awk '$2>5' <<< $'x 3\ny 10'; awk 'END{print NR}' /dev/null; awk '{s+=$1} END{print s, s/NR}' <<< $'1\n2\n4'; awk 'length>2' <<< $'ab\nabc'; awk '{a[NR]=$0} END{for(i=NR;i>0;i--)print a[i]}' <<< $'1\n2'
