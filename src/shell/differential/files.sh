mkdir -p a/b/c; touch a/x a/b/y; ls a; ls -R a; ls -1 a; ls -d a; ls -a a; ls -A a; ls -F a; ls -p a; ls nofile; echo $?; ls -l a | head -1; ls a nofile a/b 2>&1; echo $?
---
echo abc > f; ls -la f | awk '{print $1,$2,$5}'; chmod 600 f; ls -l f | cut -c1-10; chmod +x f; ls -l f | cut -c1-10; chmod u=rw,go=r f; stat -c %a f; chmod a-w f; stat -c %A f; chmod 4755 f; stat -c '%a %s' f; chmod zz f; echo $?; chmod 644 nofile; echo $?
---
mkdir d; cp -r d e; touch d/f; cp d/f d/g; cp -r d h; ls h; mv d/g d/k; ls d; cp d nofile; echo $?; cp; echo $?; cp d/f; echo $?; mv nofile x; echo $?; rm d; echo $?; rm -r d; rm -rf nofile; echo $?; rmdir e; ls; rm; echo $?; rm -f; echo $?
---
echo a > f; echo b > g; cp -v f h; mv -v h i; rm -v i; mkdir -v d; rmdir -v d; mkdir -p x/y/z; rmdir x; echo $?; mkdir x; echo $?; mkdir -p x; echo $?; mkdir no/such; echo $?; touch no/such; echo $?; cp f g x; ls x; cp f g nodir; echo $?; ln -s f s; cat s; readlink s; ln -sf g s; cat s; ln -s f s; echo $?
---
touch -d '2024-01-02 03:04:05' f; stat -c %y f | cut -c1-19; date -r f +%F; touch -t 202401020304 g; stat -c %Y g; test f -nt g; echo $?; touch -r f h; test h -nt g && echo newer; find . -newer g | sort; touch -c none; ls none; du -s none; echo $?; basename /a/b/ ; basename -s .c x.c; basename a.b .b; dirname a; dirname /a/b/c /x; basename; echo $?
---
mkdir -p p/q; echo 1 > p/1.txt; echo 2 > p/q/2.txt; find p -name '*.txt' | sort; find p -type d | sort; find p -name '*.txt' -exec cat {} + | sort; find p -maxdepth 1 -type f; find p -name q -prune -o -print | sort; find p -empty; find p -size -1k; find p -type f -not -name '1*'; find p -type f -printf '%f %s\n' | sort; find p -name 1.txt -delete; find p -type f; find p -path '*q*' | sort; find p -mmin -5 -type f | wc -l; find p -regex '.*2.*'
---
printf 'a\nb\nc\n' > x; printf 'a\nB\nc\nd\n' > y; diff x y; echo $?; diff -u x y | tail -n +3; diff -q x y; diff -s x x; diff x nofile; echo $?; diff -i x y; diff -w <(echo 'a  b') <(echo 'a b'); echo $?; diff -B <(printf 'a\n\n') <(echo a); echo $?; diff - x < x; echo $?; diff --brief x y; diff -r . . ; echo $?; cmp x y; echo $?; cmp x x; echo $?; cmp -s x y; echo $?
---
mkdir t; echo one > t/1; echo two > t/2; tar -czf t.tgz t; tar -tzf t.tgz | sort; rm -r t; tar -xzf t.tgz; cat t/1 t/2; tar -cf - t | tar -xf - -C /tmp 2>/dev/null; echo $?; rm -r /tmp/t; mkdir o; tar -xf t.tgz -C o --strip-components=1; ls o; tar tvf t.tgz | wc -l; tar xf nofile 2>/dev/null; echo $?; gzip -c t/1 | gunzip; gzip t/1; ls t; zcat t/1.gz; gzip -d t/1.gz; cat t/1; gzip nofile; echo $?; echo x | gzip | zcat -f
---
echo -n hello | base64; echo aGVsbG8= | base64 -d; echo; echo -n 'a longer text that goes past the end of one line of seventy-six characters, yes' | base64; echo -n x | base64 -w0; echo; echo '!!' | base64 -d; echo $?; printf '\xff\xfe' | base64; echo aGk | base64 -d; echo $?; base64 nofile; echo $?; echo -n hello | base64 | base64 --decode; echo; echo 'aGVs bG8=' | base64 -di
---
echo -n hello | sha256sum; echo -n hello | md5sum; echo -n hello | sha1sum | cut -c1-10; echo hi > f; sha256sum f > s; sha256sum -c s; echo bad > f; sha256sum -c s; echo $?; sha256sum nofile; echo $?; md5sum f | md5sum -c; sha256sum --status -c s; echo $?; sha256sum -c --quiet s; md5sum --tag f; sha512sum f | cut -c1-12; echo -n | sha384sum | cut -c1-12
---
seq 3; seq 2 4; seq 1 2 6; seq 5 -2 1; seq -s, 4; seq -w 9 11; seq 0.5 0.5 2; seq -f '%03g' 2; seq 3 1; seq a; echo $?; seq; echo $?; seq 1 0 3 | head -1; seq -5 -3; seq 1e3 1001; seq -f 'n%g.txt' 2; seq 1 3 | wc -l; seq 1000000 1000001
---
date -u -d '2024-03-05 06:07:08' '+%Y/%m/%d %H:%M:%S %j %u %a %b %e %I %p'; date -u -d @86400 +%F; date -u -d '2024-01-31 +1 day' +%F; date -u -d '2024-01-01 12:00 UTC' +%s; date -u -d '2024-02-28 2 days' +%F; date -d nonsense; echo $?; date -u -d '@1700000000' -Iseconds; date -u -d '2024-05-05T10:00:00Z' +%T; date -u -d '@0' -R; date -u -d 'yesterday' +%H | wc -l; date -u --date='2024-12-25' +%A; date -u -d '@1700000000'; date +%Y-%m-%d | wc -c; date -u -d '2024-03-10 - 10 days' +%F; date -u -d '1 hour ago' +%s | wc -l
---
env -i A=1 B=2 env; env X=5 sh -c 'echo $X'; env -u HOME sh -c 'echo ${HOME-none}'; printenv HOME; printenv nope; echo $?; A=1 env | grep ^A=; env nosuch; echo $?; A=x; export A; printenv A; env -i sh -c 'echo $A|'; env | grep -c '^A='; env A=1 B=2 sh -c 'echo $A$B'
---
timeout 0.1 sleep 5; echo $?; timeout 5 echo ok; timeout 0.1 sh -c 'trap "" TERM; sleep 0.3; echo survived'; timeout 1 false; echo $?; timeout x echo; echo $?; timeout; echo $?; timeout 1 nosuch; echo $?; sleep 0.01; sleep; echo $?; sleep -1; echo $?; sleep 0.01s 0.01; echo $?
---
test -e . && echo e; test -d . && echo d; test -f . || echo nf; [ -s . ] && echo s; touch em; [ -s em ] || echo empty; [ a \< b ] && echo lt; [ 1 -lt 2 -a 2 -lt 3 ] && echo and; [ 1 -gt 2 -o 2 -gt 1 ] && echo or; [ ! -e no ] && echo not; [ "" ]; echo $?; [ x ]; echo $?; [ ]; echo $?; [ a = ]; echo $?; [ 1 -eq x ]; echo $?; test 1 = 1; echo $?; [ a = a; echo $?; [ -x em ] || echo nx; [ -L em ] || echo nl; [ em -ef em ] && echo same; [ \( a = a \) ] && echo paren; [ -n "$u" ] || echo unset; [ -t 0 ] || echo notty; [ a b ]; echo $?; [[ -z $u && -e . ]] && echo dbl; [[ a < b ]] && echo less; [[ 10 -gt 9 ]] && echo gt; [[ -v HOME ]] && echo v; [[ -o errexit ]] || echo opt; [ -r em ] && [ -w em ] && echo rw
---
echo '{"a":1,"b":[1,2,{"c":"x"}]}' > j; jq .a j; jq -r '.b[2].c' j; jq -c .b j; jq '.b|length' j; jq -r 'keys[]' j; jq '.b[:2]' -c j; jq '.x' j; jq -e .x j; echo $?; jq '.a + 1' j; jq -r '.b[0] as $x | "v=\($x)"' j; jq 'to_entries[0]' -c j; jq -c 'del(.b)' j; jq -c '.a = 5 | .d.e = 1' j; jq -c 'map_values(type)' j; jq -n '[range(3)]' -c; jq -n --arg v x '{k:$v}' -c; jq '.a | tostring' j; jq -r '[.b[0], .a] | @csv' j
---
echo '[{"n":"a","v":3},{"n":"b","v":1}]' | jq -c 'sort_by(.v)'; echo '[{"n":"a","v":3},{"n":"b","v":1}]' | jq -r '.[] | select(.v>2) | .n'; echo '[3,1,2]' | jq -c 'sort, max, min, add, (map(.*2)), unique, reverse, first, last, any(.>2), all(.>0), index(1), length, contains([1])'; echo '"a,b"' | jq -c 'split(","), ascii_upcase, length, test("a"), sub("a";"z"), ltrimstr("a"), explode'; echo '{"a":{"b":2}}' | jq -c 'paths, [leaf_paths], getpath(["a","b"]), has("a"), (.a|has("z")), tojson'; echo '[[1,2],[3]]' | jq -c 'flatten, (.[0]|join("-")), group_by(length), map(add)'; echo 1 2 3 | jq -s -c .; printf 'a\nb\n' | jq -R .; echo '{"a":null}' | jq '.a // "d"'; echo '[1,null]' | jq -c 'map(values)'; echo '{"a":1}' | jq -c 'with_entries(.value+=1)'; echo '5' | jq 'if . > 3 then "big" elif . > 1 then "mid" else "small" end'; echo '[1,2,3]' | jq 'reduce .[] as $x (0; .+$x)'; echo '{"a":[{"b":1},{"b":2}]}' | jq '[.a[].b]' -c; echo 'null' | jq '.a.b.c'; echo '{}' | jq '.[0]'; echo $?; jq; echo $?
---
expr 1 + 2; expr 7 / 2; expr 5 \* 3; expr 1 = 1; expr a : 'a\(.*\)'; expr length hello; expr substr hello 2 3; expr index hello l; expr 0; echo $?; expr 1 / 0; echo $?; expr abc : '[a-z]*'; expr \( 1 + 2 \) \* 3; expr 5 '>' 3; expr a; expr; echo $?; expr 1 +; echo $?
---
printf 'hello\n' | od -c; printf 'hello\n' | od -An -tx1; printf 'abc' | od -b; printf 'hi there, world!!\n' | hexdump -C; printf 'abc' | xxd; printf 'abc' | xxd -p; echo 616263 | xxd -r -p; echo; printf 'ab' | od -x; head -c 4 /dev/zero | od -c; head -c 3 /dev/zero | wc -c; printf '\x00\x01\xff' | od -An -tu1; printf 'x' | hexdump; printf 'a\tb' | cat -A; echo; printf 'é' | wc -c; printf 'é' | od -An -c
---
mkdir -p d/sub; cd d; pwd | sed 's#.*/##'; cd sub; cd ../..; cd - >/dev/null; (cd /; pwd); cd ./sub/../sub; pwd -P | sed 's#.*/##'; CDPATH=/; cd ~ 2>/dev/null; realpath /usr/../bin/. | sed 's#/usr##'; realpath nofile/x; echo $?; readlink -f /tmp/./a; mktemp -u abcXXX | wc -c; mktemp XX; echo $?; which ls cat | wc -l; which nosuch; echo $?; type cd; hostname | wc -l; uname; uname -s -m | wc -w; whoami | wc -l; id -u | wc -l; nproc | wc -l; tty; echo $?; yes | head -2; yes a b | head -1; true --help >/dev/null; echo $?; false; echo $?
---
split -l 2 <(seq 5) p; ls p*; cat paa; rm p*; split -b 3 <(printf abcdefg) q; cat qac; echo; truncate -s 5 t; wc -c < t; truncate -s 0 t; wc -c < t; truncate -s +2K t; wc -c < t; sync; echo $?; cmp t t; cmp t q; echo $?
---
trap 'echo winch' USR1; kill -USR1 $$; (kill -USR1 $$); trap -- - USR1; f() { local -; set -f; echo *; }; f 2>/dev/null; set -- a b; set --; echo $#; set a b c; echo $2; set -- -x; echo $1; set +x; set -o | grep -c pipefail; umask; umask 022; umask -S
