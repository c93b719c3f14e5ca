printf '%5d|%-5d|%05d|%+d|% d|%x|%X|%#x|%o|%#o\n' 42 42 42 42 42 255 255 255 8 8
---
printf '%s %s\n' a b c; printf '%s|%10s|%-10s|%.2s|%*s|%-*s|\n' abc abc abc abc 6 abc 6 abc; printf '\n%%|%c|%c\n' xyz ''
---
printf '%e %E %g %G %f %.3f %10.2f|%-10.2f|\n' 1234.5 1234.5 0.0001 1e10 2.5 3.14159 2.5 2.5
---
printf '%b|%s\n' 'a\tb\\c\0101\x41' 'a\tb'; printf '%q %q %q\n' 'a b' "it's" ''; printf 'a\cb'; printf '%b' 'x\cy' z; echo
---
printf '%d %d %d %d\n' 0x1f 010 "'A" '"b'; printf '%d\n' 12abc; echo $?; printf '%d\n' ''; echo $?; printf '%d\n' abc; echo $?
---
printf '%u\n' -1; printf '%i\n' 9223372036854775807; printf '%d\n' 9223372036854775808; echo $?; printf '%x\n' -1
---
printf '%(%Y-%m-%d)T\n' 0; printf -v v '%03d' 7; echo $v; printf -v a[2] x; echo ${a[2]}; printf '%y\n' 1; echo $?; printf; echo $?
---
printf '%s\n' "${empty[@]}"; printf '[%s]' ; echo; printf '[%s][%d]\n'; printf -- '-%s-\n' x; printf '%s' a b; echo; printf 'no args %d\n'
---
printf '\x41\101\e[0m' | od -c | head -2; printf '%.3d|%+.2f|% x\n' 5 1.005 10 2>&1; printf "%'d\n" 1234567
---
read a b <<< 'one two three'; echo "$a|$b"; read -r a <<< 'x\y'; echo "$a"; read a <<< 'x\y'; echo "$a"; IFS=: read a b c <<< 'p:q'; echo "$a|$b|[$c]"; read <<< ' keep  it '; echo "[$REPLY]"
---
read -n 3 a <<< abcdef; echo "$a"; read -N 5 a < <(printf 'ab\ncd\n'); printf '%q\n' "$a"; read -d : a <<< 'x y:z'; echo "$a"; read -a arr <<< 'a b c'; echo ${#arr[@]} ${arr[1]}; read -d '' a <<< $'l1\nl2'; echo $? "$a"
---
read a < /dev/null; echo $?; printf 'no newline' | { read a; echo $? "$a"; }; read -u 7 a; echo $?; read 1a <<< x; echo $?; read -q a <<< x 2>/dev/null; echo $?
---
printf 'a:b::c:\n' | { IFS=: read -ra p; declare -p p; }; IFS=' ' read x y <<< '  lead  trail  '; echo "[$x][$y]"; IFS= read x <<< '  keep  '; echo "[$x]"; IFS=', ' read x y z <<< 'a , b,c'; echo "[$x][$y][$z]"
---
while IFS=$'\t' read -r k v; do echo "$k=>$v"; done < <(printf 'a\t1\nb\t\t2\n'); while read -r l || [ -n "$l" ]; do echo "<$l>"; done < <(printf 'x\ny')
