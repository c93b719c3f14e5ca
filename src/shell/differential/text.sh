printf 'one\ntwo\nthree\n' | sed -n '2p'; printf 'one\ntwo\nthree\n' | sed -n '/t/p'; printf 'one\ntwo\nthree\n' | sed -n '/one/,/two/p'; printf 'one\ntwo\nthree\n' | sed '1d;$d'
---
seq 10 | sed -n '2,4p;8p'; seq 10 | sed '3,$d'; seq 10 | sed -n '0~3p'; seq 10 | sed -n '1~4p'; seq 6 | sed '2,4!d'; seq 10 | sed -n '3,+2p'; seq 9 | sed -n '2,~4p'
---
echo 'hello world' | sed 's/o/0/2'; echo aaa | sed 's/a/b/2g'; echo 'Hello' | sed 's/hello/X/I'; echo abc | sed 's/\(a\)\(b\)/\2\1/'; echo 'a/b' | sed 's#/#|#'; echo x | sed 's/x/[&&]/'; echo x | sed 's/x/\&/'
---
echo 'foo bar' | sed -E 's/(\w+) (\w+)/\2 \1/'; echo 'abc123' | sed -E 's/[0-9]+/<&>/'; echo 'a.b.c' | sed 's/\./-/g'; echo aab | sed -E 's/a{2}/X/'; echo 'x=1' | sed -E 's/^(.*)=(.*)$/\1: "\2"/'
---
printf 'a\nb\nc\n' | sed '2i\
inserted'; printf 'a\nb\n' | sed '1a after'; printf 'a\nb\n' | sed '2c changed'; printf 'a\nb\n' | sed '$a end'; printf 'a\n' | sed 'i\  indented'
---
printf 'a\nb\nc\nd\n' | sed 'N;s/\n/-/'; printf 'a\nb\nc\n' | sed ':a;N;$!ba;s/\n/,/g'; printf '1\n2\n3\n' | sed -n '1!G;h;$p'; printf 'a\nb\n' | sed G; printf 'a\n\nb\n' | sed '/^$/d'
---
printf 'a\nb\nc\n' | sed -n 'H;${x;s/\n/+/g;p}'; printf 'k: 1\nv: 2\n' | sed -n '/k:/{n;p}'; printf 'x\ny\nz\n' | sed 'x;1d'; printf '1\n2\n3\n4\n' | sed -n '$!N;P;D'; printf 'a\nb\n' | sed '$!d'
---
printf 'a b\n' | sed 'y/ab/xy/'; printf 'l1\nl2\n' | sed =; printf 'l1\nl2\n' | sed -n '$='; printf 'q1\nq2\nq3\n' | sed 2q; printf 'q1\nq2\n' | sed 1Q; echo abc | sed 's/b/\n/'; echo 'a	b' | sed -n l; echo x | sed 's/x/a\tb/'
---
echo 'one two' > f; sed -i 's/one/1/' f; cat f; sed -i.bak 's/two/2/' f; cat f f.bak; sed -n 's/1/found/p' f; sed -e 's/1/A/' -e 's/2/B/' f; printf 's/1/z/\n' > s.sed; sed -f s.sed f; sed -s -n '$p' f f.bak; sed 's/1/w/w out' f; cat out
---
echo abc | sed 's/x/y/;t end;s/a/A/;:end'; echo abc | sed 's/a/y/;t end;s/b/B/;:end;s/$/!/'; echo abc | sed -n '/b/{s/b/X/;p}'; echo a | sed '/a/!s/a/b/;s/a/c/'; echo foo | sed 's/o*$//'; echo hello | sed 's/l*/L/g'; echo abc | sed 's/b*/X/g'
---
echo x | sed 'k'; echo $?; echo x | sed 's/a/b'; echo $?; sed p nofile; echo $?; echo x | sed '/a'; echo x | sed 'b nolabel'; echo x | sed '{p'; echo x | sed 's/\(a/b/'
---
echo 'Hello World' | sed 's/.*/\L&/; s/[a-z]*/\u&/'; echo 'hello' | sed 's/.*/\U&/'; echo 'ab cd' | sed -E 's/(\w)(\w*)/\U\1\E\2/g'; echo path/to/file | sed 's|.*/||'; echo "it's" | sed "s/'/\"/"
---
printf 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n' | sed -n '/metadata/,$p'; printf '# c\nx=1\n\n#d\ny=2\n' | sed -e '/^#/d' -e '/^$/d'; echo 'image: nginx:1.25' | sed 's/nginx:.*/nginx:1.27/'; printf 'a,b\n' | sed 's/,/\n/g'
---
printf 'a b c\nd e f\n' | awk '{print $1, $3}'; printf 'a b c\nd e f\n' | awk '{print $NF; print NF, NR}'; printf 'a:b\nc:d\n' | awk -F: '{print $2 "-" $1}'; echo 'x y' | awk '{$1="z"; print; print $0}'; echo 'a b c' | awk '{$5="e"; print; print NF}'
---
seq 5 | awk '{s+=$1} END {print s, s/NR}'; seq 5 | awk 'NR==2,NR==4'; seq 5 | awk '$1>3'; seq 5 | awk 'NR%2'; seq 5 | awk 'END{print NR}'; printf 'a 1\nb 2\na 3\n' | awk '{c[$1]+=$2} END {for (k in c) print k, c[k]}' | sort
---
awk 'BEGIN {printf "%5.2f|%-5s|%05d|%x|%c|%e|%s\n", 3.14159, "ab", 42, 255, 65, 12345.678, "s"; printf "%d%%\n", 50; print 1e6, 0.1+0.2, 100000000, 1/3, 2^10, 7%3, -7%3}'
---
awk 'BEGIN {print length("hello"), substr("hello",2,3), index("hello","l"), toupper("abc"), tolower("ABC"); n=split("a,b,c",p,","); print n, p[1], p[3]; s="aaa"; gsub(/a/,"b",s); print s; t="foo bar"; sub(/o+/,"0",t); print t; print match("foobar",/o+/), RSTART, RLENGTH}'
---
awk 'BEGIN {x["a"]=1; x["b"]=2; delete x["a"]; print ("a" in x), ("b" in x), length(x); if (!("z" in x)) print "no z"; m[1,2]=3; for (k in m) {split(k,q,SUBSEP); print q[1], q[2]}}'
---
awk 'function f(n) {return n<=1 ? 1 : n*f(n-1)} BEGIN {print f(5); i=0; while (i<3) {if (i==1) {i++; continue} print i++}; do {i--} while (i>0); print i; for (;;) {break}; exit 3} END {print "end"}'; echo $?
---
printf 'a b\nc d\n' > f; awk '{print FILENAME, FNR, $1}' f f; awk -v x=5 -v y="a b" 'BEGIN {print x+1, y}'; awk 'BEGIN {print ENVIRON["HOME"]}'; awk '{print}' OFS=- x=1 f; awk 'BEGIN{OFS="-"} {$1=$1; print}' f; awk 'NR==FNR{a[$1]=$2;next} $1 in a{print a[$1]}' f f
---
printf 'NAME READY\nweb-1 1/1\nweb-2 0/1\n' | awk 'NR>1 && $2 ~ /^1/ {print $1}'; printf 'a  b\tc\n' | awk '{print $2}'; printf 'a,b,,d\n' | awk -F, '{print NF, $4}'; printf 'a|b\n' | awk -F'|' '{print $2}'; printf 'a1b22c\n' | awk -F'[0-9]+' '{print $1 $2 $3}'; echo 'k=v' | awk -F= '$1=="k"{print $2}'
---
printf '3\n1\n2\n' | awk '{a[NR]=$1} END {for (i=NR;i>0;i--) print a[i]}'; awk 'BEGIN {while ((getline line < "/dev/null") > 0) print line; print "done"}'; printf 'a\nb\nc\n' | awk '/b/{getline; print "after b:", $0}'; printf 'x\ny\n' > g; awk 'BEGIN {while ((getline l < "g") > 0) n++; close("g"); print n}'
---
printf 'b\na\n' | awk '{print | "sort"}'; awk 'BEGIN {print "x" > "o"; print "y" >> "o"; close("o")}'; cat o; awk 'BEGIN {print "err" > "/dev/stderr"}'; awk 'BEGIN {printf "a" ; printf "b\n"}'
---
awk 'BEGIN {print substr("hello",-1), substr("hello",4,10) "|"; print 1==1.0, "a"<"b", "10"<"9", 10<9, "abc" ~ "b", "abc" ~ /^b/; print 1 " " 2, -3 "" 4; print !0, !1, !"", !"a"; x = y = 4; print x y; print x++ + ++x, x; print 5 % 3 * 2 ^ 2}'
---
awk 'BEGIN { $0 = "a b c"; print NF, $2; NF=2; print; $3="z"; print; print int(3.9), int(-3.9), sqrt(16), exp(0), log(1), sin(0), cos(0); srand(1); r=rand(); print (r>=0 && r<1) }'; awk '{ print $1 }' nofile; echo $?; awk 'BEGIN { print 1 + }'; echo $?
---
printf 'l1\nl2\nl3\n' | awk 'NR==1{next} {print} /l2/{exit}'; printf 'a\n\nb\nc\n\nd\n' | awk 'BEGIN{RS=""}{print NR": "$0}'; printf 'a;b;c' | awk 'BEGIN{RS=";"}{print}'; printf 'a b\n' | awk '{print $1,$2 > "/dev/stdout"}'; printf '1\n2\n' | awk 'BEGIN{ORS=","}{print}END{printf "\n"}'
---
printf 'foo\nbar\nFoo\nfoobar\n' > f; grep foo f; grep -i foo f; grep -v foo f; grep -c foo f; grep -n foo f; grep -w foo f; grep -x foo f; grep -l foo f; grep -L foo f; grep -L zzz f; grep -q foo f; echo $?; grep -m1 foo f; grep -e foo -e bar f | wc -l; grep -o 'o\+' f; grep zz f; echo $?
---
printf 'a.b\naxb\na*b\n' > f; grep 'a.b' f; grep -F 'a.b' f; grep 'a\.b' f; grep 'a\*b' f; grep -E 'a(x|\.)b' f; grep -P 'a\wb' f; grep -c . f; grep '^a' f | wc -l; grep 'b$' f | wc -l; grep '[x*]' f; grep -E '^.{3}$' f | wc -l; grep -E 'x|\*' f
---
mkdir d; echo hit > d/a; echo miss > d/b; echo hit > top; grep -r hit . | sort; grep -rl hit | sort; grep hit d/a top; grep -h hit d/a top; grep -H hit top; grep hit nofile; echo $?; grep -s hit nofile; echo $?; grep hit d; grep --include=a -r hit d; grep -rn --exclude=a hit . ; grep -rc hit d | sort
---
seq 10 | grep -A1 5; seq 10 | grep -B1 5; seq 10 | grep -C1 '[38]'; seq 3 | grep -n -A1 2; printf 'x\n' | grep -f /dev/null; echo $?; printf 'ab\n' > p; printf 'abc\nxyz\n' | grep -f p; printf 'a\0b\n' | grep -c b; echo 'a-b' | grep -e -b; echo test | grep --color=never t; printf 'one\ntwo\n' | grep -b two; printf 'a\nb\n' | grep -z a | tr '\0' '!'
---
echo 'error: line 42' | grep -oE '[0-9]+'; echo 'a1b2' | grep -o '[0-9]'; echo foo | grep -E 'fo{2}'; echo 'x' | grep -E '('; echo $?; echo x | grep '[a'; echo $?; echo '(x)' | grep '(x)'; echo 'a+b' | grep 'a+b'; echo 'aab' | grep 'a\{2\}'; echo foobar | grep -oP '(?<=foo)bar'; echo "x y" | grep -E '\bx\b'; grep; echo $?
---
printf 'b 2\na 10\nc 1\n' > f; sort f; sort -r f; sort -k2 f; sort -k2n f; sort -k2nr f; sort -t' ' -k1,1 f; printf '10\n9\n1\n' | sort; printf '10\n9\n1\n' | sort -n; printf 'b\na\nb\n' | sort -u; printf 'B\na\nC\n' | sort -f; printf '1K\n2M\n10\n' | sort -h; printf '1.10\n1.9\n1.2\n' | sort -V
---
printf 'x:3:b\ny:1:a\nz:2:b\n' > f; sort -t: -k3,3 -k2,2n f; sort -t: -k2 -n f; sort -t: -k3,3r -k1,1 f; sort -s -t: -k3,3 f; sort -c f; echo $?; sort -c <(seq 3); echo $?; sort -o o f; cat o; printf '1\n2\n' | sort -m - <(printf '1\n3\n'); printf '  b\n a\n' | sort -b; printf 'b\n\na\n' | sort; printf '3\n-1\n2.5\n' | sort -n; printf '1e3\n5\n' | sort -g; printf 'Mar\nJan\n' | sort -M; sort -k x f; echo $?
---
printf 'a\na\nb\na\n' > f; uniq f; uniq -c f; uniq -d f; uniq -u f; sort f | uniq -c | sort -rn; printf 'A\na\n' | uniq -i; printf '1 x\n2 x\n' | uniq -f1; printf 'ax\nbx\n' | uniq -s1; printf 'aab\naac\n' | uniq -w2; printf 'a\na\nb\n' | uniq -D; uniq nofile; echo $?; printf 'a\na\n' > g; uniq g h; cat h
---
printf 'a:b:c\nd:e:f\n' > f; cut -d: -f1 f; cut -d: -f1,3 f; cut -d: -f2- f; cut -d: -f-2 f; cut -c1-3 f; cut -b2 f; cut -d: -f1 --output-delimiter=- f; cut -d: -f1,2 --output-delimiter=' ' f; echo nodelim | cut -d: -f1; echo nodelim | cut -s -d: -f1; cut -d: --complement -f2 f; cut f; echo $?; cut -f 0 f; echo $?; printf 'a\tb\n' | cut -f2
---
echo hello | tr a-z A-Z; echo hello | tr -d l; echo 'a  b' | tr -s ' '; echo abc | tr abc xyz; echo 'a b' | tr ' ' '\n'; echo HELLO | tr '[:upper:]' '[:lower:]'; echo abc123 | tr -cd '0-9'; echo; echo abc | tr -c 'a-b\n' x; printf 'a\r\n' | tr -d '\r'; echo aabbcc | tr -s a-c; echo abc | tr a-c A; echo 'x' | tr; echo $?; printf 'a,b;c\n' | tr ',;' '  '; echo '[a]' | tr -d '[]'
---
paste -d: <(seq 2) <(seq 3 4); seq 4 | paste - -; seq 3 | paste -s; seq 3 | paste -sd,; printf 'a\nb\n' | paste -d'\n' - <(seq 2); paste <(seq 3) <(seq 1); join <(printf 'a 1\nb 2\n') <(printf 'a x\nc y\n'); join -t: -1 2 -2 1 <(printf '1:a\n2:b\n') <(printf 'a:z\n'); join -a1 <(printf 'a 1\nb 2\n') <(printf 'a x\n'); join -v2 <(printf 'a 1\n') <(printf 'a x\nb y\n')
---
comm <(printf 'a\nb\n') <(printf 'b\nc\n'); comm -3 <(printf 'a\nb\n') <(printf 'b\nc\n'); comm -23 <(seq 3) <(seq 2); printf 'a b\nc d\n' | column -t; printf 'name:ready\nweb:1\n' | column -t -s:; seq 3 | nl; seq 3 | tac; echo abc | rev; seq 5 | shuf | sort -n | head -2; echo a b c | fold -w3; echo 'one two three' | fold -s -w 8; printf 'a\tb\n' | expand; printf 'a\tb\n' | expand -t4
---
seq 10 | head -3; seq 10 | head -n -7; seq 10 | tail -3; seq 10 | tail -n +8; seq 3 | head -c 3; seq 3 | tail -c 4; printf 'a\nb\n' > f; head -1 f f; tail -q -n1 f f; head nofile; echo $?; tail -n x f; echo $?; head -n 1 -q f f; head -0 f; tail -2 f; seq 5 | head -n2 | tail -n1; head -c 2K f; head -c x f; echo $?
---
printf 'a b\nc\n' | wc; wc -l < /dev/null; printf 'a' | wc -l; printf 'héé\n' | wc -c; printf 'a b c' | wc -w; printf 'x\n' > f; wc f f; wc -lc f; wc -L f; wc nofile; echo $?; printf 'a\nbb\n' | wc -L; seq 1000 | wc -c; cat f f | wc -l
---
echo 'a b c' | xargs; echo 'a b c' | xargs -n1; echo 'a b c d' | xargs -n2 echo x; printf 'a\nb c\n' | xargs -I{} echo '[{}]'; printf 'a\0b c\0' | xargs -0 -n1 echo; echo | xargs echo none; echo | xargs -r echo none; echo 'a b' | xargs -t echo; seq 3 | xargs -P2 -n1 echo | sort; echo "a 'b c' \"d e\"" | xargs -n1; false | xargs false; echo $?; echo x | xargs nosuch; echo $?; echo a | xargs sh -c 'exit 5'; echo $?; printf 'a b\nc\n' | xargs -L1 echo l; printf 'a,b' | xargs -d, -n1; echo x | xargs -I % sh -c 'echo %-%'
---
printf 'l1\nl2\n' | tee a b; cat a b; echo l3 | tee -a a > /dev/null; cat a; echo x | tee /no/such; echo $?; cat -n a; cat -b a; cat -A <(printf 'a\tb\n'); cat -s <(printf 'a\n\n\nb\n'); cat - <<< stdin; cat a - b <<< mid; cat nofile a; echo $?; cat -E a | head -1; cat -T <(printf '\t\n'); cat .; echo $?
---
printf '%s\n' a b; printf '%d %i\n' 5 -3; printf '%5d|%-5d|%05d|%+d\n' 42 42 42 42; printf '%x %X %o %#x\n' 255 255 8 255; printf '%.2f %8.3f %e %g\n' 3.14159 2.5 1234.5 0.0001; printf '%s %s\n' a b c; printf '%c%c\n' abc x; printf '%%\n'; printf '%q\n' 'a b' "it's" '$x' ''; printf '%b\n' 'a\tb'; printf '%*d|%-*s|\n' 5 42 5 x; printf '%.3s|\n' abcdef; printf '\x41\101\n'; printf "%d\n" "'A" 0x1f 010
---
printf '%s'; echo $?; printf; echo $?; printf '%y\n'; echo $?; printf '%d\n' 5x; echo $?; printf '%s %s|' a; echo; printf -- '-x\n'; printf '%(%Y)T\n' 0; printf '%-10s|%10s|\n' left right; printf '%s=%s\n' k1 v1 k2 v2; printf '%03d\n' 1 22 333; printf '%5.1f|\n' 3.14159; printf '%d\n' ''; printf '%d\n' 99999999999999999999; echo $?
