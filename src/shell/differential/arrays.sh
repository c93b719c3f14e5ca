a=(one two three); echo "${a[@]}" ${#a[@]} ${a[-1]} ${a[-2]} "${a[@]:1}" ${#a[0]}; a[10]=ten; echo ${!a[@]} ${#a[@]}; a[-1]=last; echo ${a[10]}
---
a=(); a+=(x); a+=("y z"); echo ${#a[@]} "${a[1]}"; unset 'a[0]'; echo ${#a[@]} ${!a[@]}; unset a; echo ${#a[@]}
---
a=(c a b); IFS=$'\n' sorted=($(sort <<<"${a[*]}")); unset IFS; echo "${sorted[@]}"; echo "${a[@]/a/X}" "${a[@]^}" "${a[@]#c}"
---
declare -A m=([one]=1 [two]=2 [three]=3); for k in "${!m[@]}"; do echo "$k=${m[$k]}"; done | sort; echo ${#m[@]}; unset 'm[one]'; echo ${#m[@]} "${m[one]-gone}"
---
declare -A m; m[a b]=1; m["c d"]=2; k='e f'; m[$k]=3; echo "${m[a b]}${m[c d]}${m[$k]}"; m[x]+=p; m[x]+=q; echo ${m[x]}; [[ -v m[x] ]] && echo has; [[ -v m[zz] ]] || echo hasnt
---
declare -A count; for w in a b a c a b; do ((count[$w]++)); done; for k in a b c; do echo $k ${count[$k]}; done; let 'count[a]+=10'; echo ${count[a]}
---
declare -A m=([k1]=v1 [k2]="v 2"); declare -p m | tr ' ' '\n' | grep -c k; declare -a a=(1 "2 3"); declare -p a; declare -p nope; echo $?
---
a=(1 2 3 4 5); echo "${a[@]:1:3}" "${a[@]: -2}" "${a[@]:(-3):2}" "${a[*]:2}"; for i in "${!a[@]}"; do ((a[i]*=2)); done; echo ${a[@]}
---
a=(a b c); b=("${a[@]}" d); c=(x "${b[@]:1:2}" y); echo ${c[@]}; echo ${a[@]/%/!}; echo "${a[@]/#/-}"; printf '%s,' "${a[@]}"; echo
---
a=("a b" "c d"); for x in ${a[@]}; do echo -n "<$x>"; done; for x in "${a[@]}"; do echo -n "<$x>"; done; for x in "${a[*]}"; do echo -n "<$x>"; done; echo
---
mapfile -t l <<< $'a\nb b\nc'; echo ${#l[@]} "${l[1]}"; mapfile m < <(printf '1\n2\n'); printf '%s' "${m[@]}"; readarray -t -n 1 n <<< $'x\ny'; echo ${n[@]}
---
mapfile -t -s 1 a <<< $'1\n2\n3'; echo ${a[@]}; mapfile -d , -t b <<< 'p,q,r'; echo "${b[0]}-${b[1]}"; c=(z); mapfile -t -O 1 c <<< new; echo ${c[@]}
---
read -ra w <<< 'the quick  brown'; echo ${#w[@]} ${w[2]}; IFS=, read -ra c <<< 'a,b,,d'; echo ${#c[@]} "[${c[2]}]"; read -a z < /dev/null; echo $? ${#z[@]}
---
f() { local -n arr=$1; arr+=(new); echo ${#arr[@]}; }; list=(1); f list; echo ${list[@]}; g() { echo "$#: $2"; }; g "${list[@]}"
---
a[3]=x; a[1]=y; echo ${a[@]} ${!a[@]} "${a[0]-none}" "${a-none}"; s=str; echo ${s[0]} ${#s[@]} ${s[@]} "${s[1]-no}"
---
a=([5]=five six [2]=two three); echo ${!a[@]}; echo ${a[@]}; a=(${a[@]}); echo ${!a[@]}; i=1; a[i+1]=Z; echo ${a[2]} ${a[i]} ${a[$((i+1))]}
---
matrix=("1 2" "3 4"); for row in "${matrix[@]}"; do for c in $row; do echo -n "$c."; done; echo; done; set -- "${matrix[@]}"; echo $# "$2"
---
a=(1 2 3); echo "last: ${a[${#a[@]}-1]} ${a[@]: -1}"; a=("${a[@]:1}"); echo ${a[0]}; unset "a[-1]"; echo ${a[@]}; echo ${a[-9]}; echo after
---
declare -a e; echo ${#e[@]} "${e[@]}" "${e[0]-unset}"; declare -A h; echo ${#h[@]}; [[ -v e ]] || echo e unset; e[0]=; [[ -v e ]] && echo e set; [ ${#e[@]} -eq 0 ] || echo not empty
---
in_array() { local n=$1; shift; local e; for e; do [[ $e == "$n" ]] && return 0; done; return 1; }; in_array b a b c && echo yes; in_array z a b || echo no
---
join() { local IFS=$1; shift; echo "$*"; }; join , a b c; join - "x y" z; str=a.b.c; IFS=. read -r -a parts <<< "$str"; echo ${parts[2]}.${parts[0]}
---
declare -A a=(k1 v1 k2 v2); echo ${a[k1]} ${a[k2]}; declare -A b; b=([x]=1); b+=([y]=2); echo ${#b[@]} ${b[y]}; b[z]; echo $?
---
declare -ir n=5; echo $n; declare -ai arr=(1+1 2*3); echo ${arr[@]}; arr[0]+=5; echo ${arr[0]}; declare -ia q; q[0]=3*3; echo $q
---
a=(x y); a=("$@" ${a[1]}); echo ${#a[@]}; set -- p q; args=("$@"); args+=(--flag "v w"); printf '%s\n' "${args[@]}"; echo "${args[@]@Q}"
---
printf -v out '%s-%s' a b; echo $out; printf -v 'arr[2]' %03d 7; echo ${!arr[@]} ${arr[2]}; declare -A h; printf -v 'h[k]' x; echo ${h[k]}
---
a=(b a c); echo "${a[@]:0:1}" "${a[0]:0:1}"; n=(10 9 2 33); max=0; for v in ${n[@]}; do ((v>max)) && max=$v; done; echo $max; printf '%s\n' "${n[@]}" | sort -n | paste -sd' '
---
unset a; a[0]=1; a=5; echo ${a[0]} ${#a[@]}; b=5; b[1]=6; echo ${b[@]}; declare -A c; c=5; echo "${c[0]}"; echo ${!c[@]}
---
echo ${PIPESTATUS[@]}; true | false | (exit 3); echo "${PIPESTATUS[@]}" ; ! true; echo ${PIPESTATUS[0]} $?; echo "${BASH_VERSINFO[0]}" ${#FUNCNAME[@]} ${#BASH_REMATCH[@]}
---
dirs=(); while IFS= read -r d; do dirs+=("$d"); done < <(printf 'x\ny z\n'); echo ${#dirs[@]} "${dirs[1]}"; while read -r k v; do echo "$v=$k"; done <<< $'a 1\nb 2 3'
---
[[ abc =~ b ]] && echo ${BASH_REMATCH[0]}; [[ 2024-05-06 =~ ^([0-9]{4})-([0-9]{2})-([0-9]{2})$ ]] && echo "${BASH_REMATCH[@]:1}" ${#BASH_REMATCH[@]}
---
re='^([a-z]+)=(.*)$'; [[ "key=some value" =~ $re ]] && echo "${BASH_REMATCH[1]}|${BASH_REMATCH[2]}"; [[ a.c =~ "a.c" ]] && echo lit; [[ abc =~ "a.c" ]] || echo no
---
[[ foo =~ (o)(x)? ]] && echo "[${BASH_REMATCH[1]}][${BASH_REMATCH[2]}]"; [[ x =~ [[:digit:]] ]]; echo $? ${#BASH_REMATCH[@]}; [[ "a b" =~ a\ b ]] && echo sp; [[ ab12 =~ [[:alpha:]]+[[:digit:]]+$ ]] && echo ok
---
v=v1.36.2; [[ $v =~ ^v([0-9]+)\.([0-9]+)(\.([0-9]+))?$ ]]; echo major ${BASH_REMATCH[1]} minor ${BASH_REMATCH[2]} patch ${BASH_REMATCH[4]}; [[ $v =~ ^[^.]+ ]]; echo $BASH_REMATCH; [[ ! $v =~ x ]] && echo not
