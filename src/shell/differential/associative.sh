declare -A m=([a]=1 [b]=2 ["c d"]=3); echo ${m[a]} ${m[c d]} ${#m[@]}; for k in "${!m[@]}"; do echo "$k=${m[$k]}"; done | sort
---
declare -A m; m[x]=1; m[x]+=2; m[y]=; echo "${m[x]}" "[${m[y]}]" "[${m[z]-none}]" ${m[y]+set} ${m[z]+set}; unset 'm[x]'; echo ${#m[@]}; unset m; echo ${m[x]-gone}
---
declare -A m=([k]=v); [[ -v m[k] ]] && echo has; [[ -v m[q] ]] || echo not; k=k; echo ${m[$k]} ${m["k"]}; m['a b']=x; echo "${m[a b]}"
---
declare -A m; m[a]=1 m[b]=2; declare -p m | tr ' ' '\n' | sort; m=(); echo ${#m[@]}; m+=([n]=1 [n]=2); echo "${m[n]}"
---
declare -A n; for w in a b a c a; do ((n[$w]++)); done; for w in a b c; do echo $w ${n[$w]}; done; n[a]=$((n[a]*10)); echo ${n[a]}
---
declare -A m=([one]=1); f() { local -n ref=$1; ref[two]=2; }; f m; echo ${m[two]} ${#m[@]}; f() { local -A l=([x]=y); echo ${l[x]}; }; f; echo ${l[x]-no}
---
m[0]=a; declare -A m; echo $?
---
declare -A m=(a 1 b 2); echo ${m[a]} ${m[b]} ${#m[@]}; declare -A o=(a); declare -p o
---
declare -A m=([a]=1); echo ${m[@]:0:1} ${m[@]/1/x} ${m[*]^} ${m[@]@A}; echo "${m[@]@K}"; declare -Ar c=([q]=1); c[q]=2; echo $?
---
a=(1 2 3); echo ${a[-1]} ${a[@]: -2} ${a[@]:1:1}; a[10]=x; echo ${!a[@]} ${#a[@]}; a[-1]=y; echo ${a[10]}; echo ${a[-20]}; a[-20]=z; echo $?
---
a=(x y z); unset 'a[1]'; echo "${a[@]}" "${!a[@]}"; a=("${a[@]}"); echo "${!a[@]}"; b=("${a[@]/#/p-}"); echo "${b[@]}"; echo "${a[@]%z}" ${#a[0]}
---
a=([3]=c [1]=a b); declare -p a; a+=(d e); declare -p a; IFS=,; echo "${a[*]}" ${a[*]}; readarray -t r < <(printf 'l1\nl2\n'); declare -p r; mapfile -n 1 -s 1 q < <(printf 'a\nb\nc\n'); declare -p q
