const PODS = 'printf "NAME READY STATUS\\nweb-1 1/1 Running\\nweb-2 0/1 Pending\\ndb-1 1/1 Running\\n" > pods; ';

/** awk, as mawk has it. */
export const AWK_CASES: readonly string[] = [
  `awk '{print $1}' pods; awk 'NR>1 && $3=="Running"{print $1, NF}' pods; awk 'END{print NR}' pods`,
  `echo a:b:c | awk -F: '{print $2}'; echo 'a,b;c' | awk -F'[,;]' '{print $1 $3}'`,
  `awk 'NR>1{n[$3]++} END{for (s in n) print s, n[s]}' pods | sort`,
  `awk 'BEGIN{x=3; y=x^2; print y, x/2, 7%3, -x, !x, 1e3, 0.1+0.2, 1/3, 100000000; exit 4}'; echo $?`,
  `awk 'BEGIN{printf "%5.2f|%-6s|%03d|%x|%c|%s\\n", 3.14159, "ab", 7, 255, 65, "x"}'`,
  `awk '/web/{print "hit", $0} !/web/{next} {print toupper($1), length($1), substr($1,1,3), index($1,"-")}' pods`,
  `awk '{gsub(/[0-9]/,"#"); print} NR==2{exit}' pods; echo aXbX | awk '{n=gsub("X","[&]"); print n, $0; sub(/a/,"\\\\&"); print}'`,
  `awk 'BEGIN{n=split("a:b:c",p,":"); for(i=n;i>0;i--) printf "%s ", p[i]; print ""; print ("b" in p), (2 in p); delete p[2]; print length(p)}'`,
  `awk 'NR==2,NR==3' pods; awk '$2 ~ /^1/ && $1 !~ /db/' pods`,
  `awk '{$2="x"; print; print NF; NF=2; print}' pods | head -3; awk 'BEGIN{OFS="-"} {$1=$1; print}' pods | tail -1`,
  `awk -v x=5 -v 's=a b' 'BEGIN{print x+1, s}'; awk '{print v, $1}' v=1 pods | head -1`,
  `awk 'function f(n){return n<2?1:n*f(n-1)} function g(a,k){a[k]=1} BEGIN{print f(5); g(t,"z"); for(k in t) print k}'`,
  `awk 'BEGIN{i=0; while(i<3){i++; if(i==2) continue; print i}; do {i--} while(i>1); print i; for(;;){break}}'`,
  `awk 'BEGIN{if("10">"9") print "text"; else print "number"}'; echo '10 9' | awk '{if($1>$2) print "number"}'`,
  `awk 'BEGIN{print substr("hello",2,2) substr("hello",4); print match("foobar",/o+/), RSTART, RLENGTH}'`,
  `printf 'a b\\nc\\n\\nd e\\n' | awk 'BEGIN{RS=""}{print NR": "$1" "NF}'; printf 'a;b;c' | awk 'BEGIN{RS=";"}{print NR $0}'`,
  `awk 'BEGIN { print 1,\n 2\n\n print "x" "y" ; # note\n }'`,
  `awk '{print $NF, $(NF-1)}' pods; awk 'BEGIN{print -3 % 2, int(-3.7), 1==1.0, "a"<"b"; print 1 " " 2 + 3}'`,
  `awk '{print > $1".txt"}' pods; ls *.txt; cat web-1.txt; printf '1\\n2\\n3.5\\n' | awk '{sum+=$1} END{print sum, sum/NR}'`,
  `awk 'BEGIN{a[1,2]=3; for(k in a){split(k,p,SUBSEP); print p[1]+p[2]}; if((1,2) in a) print "in"}'; awk 'BEGIN{x["a"]; print length(x), x["a"]==""}'`,
  `awk 'BEGIN { x = "A"; y = x++; print x, y; print (1>2 ? "a" : "b") }'; awk '$2+0 > 0 {c++} END{print c+0}' pods`,
].map((script) => PODS + script);

const LIST = `cat > l.json <<'E'
{"kind":"List","items":[{"metadata":{"name":"web-1","labels":{"app":"web"}},"status":{"phase":"Running","n":3}},{"metadata":{"name":"db-1","labels":null},"status":{"phase":"Pending","n":1.5}}]}
E
`;

/** jq 1.7. */
export const JQ_CASES: readonly string[] = [
  `jq . l.json; jq -c . l.json; jq -S '.items[1]' l.json; jq --tab '.items[0].status' l.json; jq --indent 1 '.items[0].status' l.json`,
  `jq -r '.items[].metadata.name' l.json; jq '.items[] | {name: .metadata.name, phase: .status.phase}' -c l.json`,
  `jq -r '.items[] | select(.status.phase == "Running") | .metadata.name' l.json; jq '.items | length' l.json; jq '.items | map(.status.n) | add' l.json`,
  `jq -r '.items[] | "\\(.metadata.name): \\(.status.n)"' l.json; jq -r '.items[] | [.metadata.name, .status.n] | @tsv, @csv' l.json`,
  `jq -c '.items[0] | keys, has("status"), (.metadata|to_entries)' l.json; jq -c '[.items[] | .metadata.labels.app // "none"]' l.json`,
  `jq -c 'del(.items[0].metadata.labels, .kind)' l.json; jq -c '.items[0].status.n |= .+1 | .items[0].status' l.json; jq -c '.items[].status.phase = "X" | [.items[].status.phase]' l.json`,
  `jq -c '.items | sort_by(.status.n) | map(.metadata.name)' l.json; jq -c '.items | group_by(.status.phase) | map({(.[0].status.phase): length}) | add' l.json; jq '.items | max_by(.status.n).metadata.name' l.json`,
  `jq -n '1+2*3, 7/2, 10%3, -1, 1e3, 100000000000, 0.1+0.2, "a"*3, [1,2]+[3], {a:1}+{b:2}, [1,2,3]-[2], "a,b"/","' -c`,
  `jq -n -c '[range(5)], [range(1;10;3)], [limit(3;range(10))], first(range(5;9)), [.[]?], ([1,[2,[3]]]|flatten), ([3,1,2]|sort|reverse)'`,
  `jq -n -c 'reduce range(5) as $i (0; .+$i), [foreach range(4) as $i (0; .+$i)], (def f(x): x*2; f(4)), ([1,2] as [$a,$b] | $a+$b), ({"a":{"b":1}} as {a:{b:$c}} | $c)'`,
  `jq -n -c 'if 1 > 2 then "a" elif true then "b" else "c" end, (try error("x") catch .), ([1,null,2] | map(values)), (null // 3), (false or true), (1,2|.*2), ("x" as $v | {$v, w: 1})'`,
  `jq -n -c '"abc" | length, ascii_upcase, .[1:], .[:-1], test("B";"i"), sub("b";"X"), gsub("[ac]";"_"), [match("[a-c]";"g").string], split("b"), startswith("a"), ltrimstr("a"), explode, index("c")'`,
  `jq -n -c '[1,2,3] | .[0], .[-1], .[1:], any(.>2), all(.>0), min, max, add/length, contains([2]), index(2), join("-"), (map(tostring)|join(",")), tojson, (tojson|fromjson)'`,
  `jq -c 'paths' l.json | head -4; jq -c '[.. | numbers]' l.json; jq -c '[leaf_paths | map(tostring) | join(".")]' l.json; jq 'getpath(["items",0,"status","n"])' l.json`,
  `jq -r --arg n web-1 '.items[] | select(.metadata.name==$n).status.phase' l.json; jq -n --argjson v '{"a":[1]}' '$v.a[0], $ARGS.named' -c; A=b jq -n 'env.A, $ENV.A'`,
  `echo '1 2 {"a":3}[4]"x"' | jq -c .; echo '1 2 3' | jq -s add; echo '1 2 3' | jq -n '[inputs]' -c; printf 'a\\nb\\n' | jq -R .; printf 'a\\nb\\n' | jq -Rs 'split("\\n")' -c`,
  `jq '.items.foo' l.json 2>/dev/null; echo $?; jq '.kind | keys' l.json 2>/dev/null; echo $?; jq -e '.nope' l.json; echo $?; jq -e '.kind' l.json; echo $?`,
  `jq -n '(try (1|keys) catch .), (try ("a"+1) catch .), (try ({}|.[0]) catch .)' 2>/dev/null | head -7`,
  `jq '.a[' l.json >/dev/null 2>&1; echo $?; jq . nope 2>/dev/null; echo $?; jq 'nosuch' l.json >/dev/null 2>&1; echo $?`,
  `jq -n -r '("aGk=" | @base64d), ("hi"|@base64), ("a b&c"|@uri), ([1,"a b"]|@sh), ("<a>"|@html), @json "x\\([1,"q"])", @text'`,
  `jq -n -c '{"a":1,"b":null} | to_entries, with_entries(.value |= tostring), map_values(.+1), (.c.d = 5), (.a += 2), (.b //= 7), ([.[]]), keys_unsorted, (. * {a:{x:1}})'`,
  `jq -n -c '[{"a":1,"b":2},{"a":1,"b":3}] | unique_by(.a), (map(.b)|unique), (group_by(.a)|map(length)), (.[0]|has("a")), (map(has("z"))|any), [.[]|.b as $x | $x*$x]'`,
  `jq -n -c '(0|todate), ("2026-01-05T09:00:00Z"|fromdate), (1767603600|strftime("%Y-%m-%d %H:%M")), ([[1,2],[3]]|[combinations]), ("a1b22"|[scan("[0-9]+")]), ("k=v"|capture("(?<k>.)=(?<v>.)"))'`,
  `jq -n -c '[1,[2]] | walk(if type=="number" then .+1 else . end), (..|scalars), ([.[]|type]), (.[5]), (map(numbers)), (.[0] as $x | [$x,$x]), ({a:1,"b c":2}|."b c", .["a"])'`,
].map((script) => LIST + script);
