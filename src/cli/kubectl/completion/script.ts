import type { Task } from '../../../engine/os/task.ts';
import { CommandError, UsageError } from '../errors.ts';
import type { Session } from '../session.ts';

/** `kubectl completion`: a script for bash, which asks `kubectl __complete` at each Tab. */
export function* completion(session: Session): Task<number> {
  const [shell, ...more] = session.flags.args;
  if (shell === undefined) throw new UsageError(session.command, 'Shell not specified.');
  if (more.length > 0) throw new UsageError(session.command, 'Too many arguments. Expected only the shell type.');
  if (!['bash', 'zsh', 'fish', 'powershell'].includes(shell)) throw new UsageError(session.command, `Unsupported shell type "${shell}".`);
  if (shell !== 'bash') throw new CommandError(`completion for ${shell} is not modelled by this kubectl; there is one for bash`);
  yield* session.out(BASH);
  return 0;
}

// The words are split by bash, also at = and :, so those are put together again first; and what stands before the last of
// them is taken off the candidates, since bash replaces only what stands behind it.
const BASH = `# bash completion for kubectl. Source this file, or:  source <(kubectl completion bash)
# For an alias:  complete -o default -F __start_kubectl k
__start_kubectl() {
    local -a words=() found=()
    local word cur i line=\${COMP_LINE:0:COMP_POINT} directive=0 candidate text longest=0 tab=$'\\t'
    # The line up to the cursor, as words without quotes; an empty one at the end when the cursor stands behind a space.
    read -r -a words <<< "$line"
    [[ $line == *[[:space:]] ]] && words+=('')
    cur=\${words[\${#words[@]} - 1]}
    words=("\${words[@]:1}")
    while IFS= read -r text; do
        if [[ $text == :* ]]; then directive=\${text#:}; else found+=("$text"); fi
    done < <("\${COMP_WORDS[0]/#\\~/$HOME}" __complete "\${words[@]}" 2>/dev/null)
    (( directive & 1 )) && return
    (( directive & 2 )) && compopt -o nospace 2>/dev/null
    (( directive & 4 )) && compopt +o default 2>/dev/null
    local value=$cur
    [[ $cur == -*=* ]] && value=\${cur#*=}
    if (( directive & 8 )); then
        COMPREPLY=()
        while IFS= read -r text; do
            [[ -d $text || " \${found[*]} " == *" \${text##*.} "* ]] && COMPREPLY+=("$text")
        done < <(compgen -f -- "$value")
        compopt -o filenames 2>/dev/null
        return
    fi
    if (( directive & 16 )); then
        COMPREPLY=($(compgen -d -- "$value"))
        compopt -o filenames 2>/dev/null
        return
    fi
    COMPREPLY=()
    for candidate in "\${found[@]}"; do
        text=\${candidate%%$tab*}
        [[ $text == "$value"* ]] || continue
        COMPREPLY+=("$text")
        (( \${#text} > longest )) && longest=\${#text}
    done
    # What is listed is shown with what it is for; a single candidate is typed as it is.
    if (( \${#COMPREPLY[@]} > 1 )) && [[ \${COMP_TYPE:-9} == 63 ]]; then
        i=0
        for candidate in "\${found[@]}"; do
            text=\${candidate%%$tab*}
            [[ $text == "$value"* ]] || continue
            [[ $candidate == *"$tab"* ]] && printf -v 'COMPREPLY[i]' "%-\${longest}s  (%s)" "$text" "\${candidate#*$tab}"
            (( i++ ))
        done
    fi
    # bash breaks words at these signs and puts in what comes behind the last of them.
    for word in = :; do
        if [[ $COMP_WORDBREAKS == *$word* && $value == *$word* ]]; then
            local before=\${value%"\${value##*$word}"}
            for i in "\${!COMPREPLY[@]}"; do COMPREPLY[i]=\${COMPREPLY[i]#"$before"}; done
        fi
    done
}
# A shell that completes by itself may have no such command.
if type complete > /dev/null 2>&1; then complete -o default -F __start_kubectl kubectl; fi
`;
