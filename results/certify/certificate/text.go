package certificate

import (
	"fmt"
	"io"
	"strings"
)

// Standing in words.
func (c Clause) standing() string {
	switch c.Standing {
	case Strict:
		return "holds strictly"
	case Relaxed:
		return "holds under " + c.Relaxations.String()
	case Broken:
		return "broken"
	case Untested:
		return "not tested"
	}
	return "not shown"
}

// WriteText tells people what the certificate says, in some lines.
func (c *Certificate) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", strings.ToUpper(c.Statement), c.about())
	for _, s := range c.Stores {
		fmt.Fprintf(&b, "  %-18s%s\n", s.Name, s.line())
		for _, clause := range s.Clauses {
			if clause.Standing == Broken {
				fmt.Fprintf(&b, "  %-18s%s %s: %s\n", "", clause.Name, clause.standing(), clause.Why)
			}
		}
	}
	for i, reason := range c.Reasons {
		if i == maxTold {
			fmt.Fprintf(&b, "  and %d more reasons\n", len(c.Reasons)-maxTold)
			break
		}
		fmt.Fprintf(&b, "  %s\n", reason)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// maxTold is how many reasons are told; the certificate has them all.
const maxTold = 10

// about sums the runs up.
func (c *Certificate) about() string {
	operations := 0
	for _, r := range c.Runs {
		operations += r.Operations
	}
	text := fmt.Sprintf("suite %s, %s, %s operations", c.Suite.Name, count(len(c.Runs), "run"), number(operations))
	if c.Shard != nil {
		text += fmt.Sprintf(", shard %v", *c.Shard)
	}
	return text
}

// line names the clauses of a store by how they stand.
func (s Store) line() string {
	var groups []string
	by := map[string][]string{}
	for _, clause := range s.Clauses {
		words := clause.standing()
		if by[words] == nil {
			groups = append(groups, words)
		}
		by[words] = append(by[words], clause.Name)
	}
	for i, words := range groups {
		groups[i] = strings.Join(by[words], " ") + " " + words
	}
	return strings.Join(groups, " · ")
}
