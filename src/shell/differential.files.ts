const FILES = 'mkdir -p a/b c && echo hi > a/x.txt && echo yo > a/b/y.log && ln -s x.txt a/l && ';

/** Utilities about files and archives, as GNU has them. */
export const FILE_CASES: readonly string[] = [
  'find a | sort; find a -type f -name "*.txt"; find . -type f ! -name "*.log" | sort; find a -maxdepth 1 -mindepth 1 | sort',
  'find a \\( -name x.txt -o -name y.log \\) -print | sort; find a -type f -exec echo got {} \\; | sort; find a -type f -exec echo all {} + | wc -l',
  'find nope; echo $?; find a -bogus; echo $?; find . -empty -type d; find a -name b -prune -o -type f -print; find a -name b',
  'find a -name y.log -delete; find a -type f; find c a/b -type d | sort; find a -type f -print0 | xargs -0 cat',
  'find a -iname "X.*"; find . -path "*/b/*"; find a -type l; find a -size 0; find a -perm 644 -type f | sort; find -maxdepth x; echo $?',
  'tar cf t.tar a; tar tf t.tar | sort; rm -rf a; tar xf t.tar; cat a/b/y.log a/l; tar -xOf t.tar a/x.txt; tar xf t.tar nope; echo $?',
  'tar cf - a | tar tf - | sort; mkdir d; tar cf t.tar a; tar -C d -xf t.tar; ls d/a; tar xvf t.tar a/x.txt; tar -cf u.tar -C a x.txt b; tar tf u.tar',
  'tar; echo $?; tar cf e.tar nope; echo $?; tar xf nope.tar 2>/dev/null; echo $?; tar cf x.tar 2>&1 | head -1',
  'sha256sum a/x.txt; md5sum a/x.txt; echo hi | sha1sum; sha256sum a/x.txt > s; sha256sum -c s; echo x >> a/x.txt; sha256sum -c s; echo $?; sha512sum nope',
  'printf "1\\n2\\n3\\n" | tac; printf "abc\\n" | rev; printf "a\\n\\nb\\n" | nl; printf "1\\n2\\n3\\n4\\n" | paste -d, - -; printf "1\\n2\\n3\\n" | paste -sd+',
  'printf "a\\nb\\nc\\n" > l; printf "b\\nc\\nd\\n" > r; comm l r; comm -12 l r; comm -3 l r; echo aaaaaaaaaa | fold -w 4; paste l r; nl -ba l',
  "stat -c '%n %s %a %F' a/x.txt a c; stat -c %F a/l; readlink a/l; readlink a/x.txt; echo $?; readlink -f a/l | sed 's#.*/##'; realpath a/l | sed 's#.*/##'",
  'echo hi > l; gzip -k l; zcat l.gz; gunzip -c l.gz; rm l; gunzip l.gz; cat l; gunzip l; echo $?; echo x | gzip | gunzip; echo not gzip at all, this > y.gz; gunzip y.gz; echo $?',
  'f=$(mktemp -d); test -d "$f" && echo dir; mktemp abc; echo $?; f=$(mktemp x.XXX); echo ${#f}; test -f $f && echo file',
].map((script) => FILES + script);
