package serve

import (
	"fmt"
	"net/url"
	"strings"
	"time"
)

// stringOf is the text of one of the kinds of strings.
func stringOf(v any) string { return fmt.Sprint(v) }

// address returns the address of a page or a file about a path: whatever the path's
// elements are, each stays one.
func address(page, path string) string {
	var b strings.Builder
	b.WriteString("/" + page)
	for element := range strings.SplitSeq(path, "/") {
		b.WriteString("/" + url.PathEscape(element))
	}
	return b.String()
}

func startText(t time.Time) string {
	if t.IsZero() {
		return "unknown"
	}
	return t.UTC().Format("2006-01-02 15:04:05")
}

func secondsText(s float64) string {
	return (time.Duration(s * float64(time.Second))).Round(10 * time.Microsecond).String()
}

// bytesText prints a size in three digits.
func bytesText(n int64) string {
	size, unit := float64(n), ""
	for _, next := range []string{"k", "M", "G", "T"} {
		if size < 1000 {
			break
		}
		size, unit = size/1000, next
	}
	return fmt.Sprintf("%.3g %sB", size, unit)
}
