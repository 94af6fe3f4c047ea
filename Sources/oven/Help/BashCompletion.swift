import ArgumentParser

/// The parser's completion script for bash, with what it lacks: bash takes `ORG/NAME:Q4_K_M` for three words, which are one.
enum BashCompletion {
  /// The script, if a command line asks for it.
  static func script(_ arguments: [String]) -> String? {
    guard arguments == ["--generate-completion-script", "bash"] else { return nil }
    let own = "complete -o filenames -F _oven oven"
    return Oven.completionScript(for: .bash).replacing(own, with: wholeWords)
  }

  /// Puts the words together that bash has divided at a colon, lets the parser's function complete, and takes from what
  /// it offers the part before the colon, which bash leaves standing.
  private static let wholeWords = #"""
    _oven_whole_words() {
        local cur="${2}" prev="${3}"
        local -i index
        if [[ "${COMP_WORDBREAKS}" = *:* && "${COMP_LINE}" = *:* ]]; then
            local rest="${COMP_LINE}" word glued
            local -a words=()
            local -i count=0 at=0
            for index in "${!COMP_WORDS[@]}"; do
                word="${COMP_WORDS[${index}]}"
                glued=true
                [[ "${count}" -eq 0 || "${rest}" = [[:blank:]]* || -z "${rest}" ]] && glued=false
                rest="${rest#*"${word}"}"
                if "${glued}" && [[ "${word}" = :* || "${words[$((count - 1))]}" = *: ]]; then
                    words[$((count - 1))]+="${word}"
                else
                    words[${count}]="${word}"
                    count+=1
                fi
                [[ "${index}" -eq "${COMP_CWORD}" ]] && at=$((count - 1))
            done
            local -a COMP_WORDS=("${words[@]}")
            local -i COMP_CWORD="${at}"
            cur="${words[${at}]}"
            prev="${words[$((at > 0 ? at - 1 : 0))]}"
        fi

        _oven "${1}" "${cur}" "${prev}"
        # The parser's function leaves one behind, which would come again after every sourced file.
        trap - RETURN

        if [[ "${COMP_WORDBREAKS}" = *:* && "${cur}" = *:* ]]; then
            local head="${cur%"${cur##*:}"}"
            for index in "${!COMPREPLY[@]}"; do
                COMPREPLY[${index}]="${COMPREPLY[${index}]#"${head}"}"
            done
        fi
    }

    complete -o filenames -F _oven_whole_words oven
    """#
}
