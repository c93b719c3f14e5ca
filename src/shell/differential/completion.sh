compgen -W "apple banana avocado" -- a; echo $?; compgen -W "x y" z; echo $?; l="one two"; compgen -W '$l' t; compgen -P "<" -S ">" -W "a b"
---
touch f1 f2 g; mkdir fd; compgen -f f | sort; compgen -d | sort; compgen -d f; fn_a() { :; }; compgen -A function fn_; abc_x=1; compgen -v abc_
---
complete -o default -F __start_kubectl k; complete -W "a b" svc; complete -p k; complete -p svc nope; echo $?; complete -r k; complete -p; complete -p k; echo $?
---
compopt -o nospace; echo $?; complete -o nonsense x; echo $?; complete -Z 2>/dev/null; echo $?; type -t complete compgen compopt
---
complete -W 'a b' -D; complete -W 'x' -E; complete -p -D; complete -p -E; complete -r -D; complete -p -D; complete -r -E; complete -p | wc -l
---
complete -o nospace -W 'a b' mine; compopt -o filenames +o nospace mine; complete -p mine; compopt mine; compopt nope; echo $?; compopt -o bogus mine; echo $?; compopt -o nospace; echo $?
---
complete -D -W 'one two' ignored; complete -p ignored; echo $?; complete -p -D
