package results

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Cut shortens text from elsewhere to about so many letters, leaving out its middle:
// of long keys, beginning and end tell most. What cannot be seen, or turns the direction
// of the text around, is spelt out.
func Cut(text string, most int) string {
	if letters := utf8.RuneCountInString(text); letters > most {
		runes := []rune(text)
		text = string(runes[:most*2/3]) + "…" + string(runes[letters-most/3:])
	}
	if strings.IndexFunc(text, hidden) < 0 {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if hidden(r) {
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func hidden(r rune) bool { return !unicode.IsPrint(r) && r != '\n' }
