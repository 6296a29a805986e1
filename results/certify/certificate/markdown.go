package certificate

import (
	"fmt"
	"strings"

	"github.com/assay-dev/assay/results/summary"
)

// Markdown returns a summary for the page of a build job.
func (c *Certificate) Markdown() ([]byte, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "## Assay: %s\n\n%s, made %s\n\n", c.Statement, c.about(), c.Made.Format("2006-01-02 15:04 MST"))
	b.WriteString("| store | version | runs | operations | clauses |\n|---|---|---:|---:|---|\n")
	for _, s := range c.Stores {
		runs, operations := 0, 0
		for _, r := range c.Runs {
			if r.Store == s.Name {
				runs, operations = runs+1, operations+r.Operations
			}
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", s.Name, summary.Code(strings.Join(s.Version, ", ")), number(runs), number(operations), s.line())
	}
	for i, reason := range c.Reasons {
		if i == maxTold {
			fmt.Fprintf(&b, "\nand %s more reasons\n", number(len(c.Reasons)-maxTold))
			break
		}
		fmt.Fprintf(&b, "\n%s\n", summary.Block(reason))
	}
	b.WriteByte('\n')
	return []byte(b.String()), nil
}
