package certificate

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/results/certify/coverage"
	"github.com/assay-dev/assay/results/report"
)

var (
	//go:embed page.html
	pageText string
	//go:embed page.css
	pageStyle string
)

// Page returns the certificate as one page for a browser, which needs nothing but itself
// and, for what its links lead to, the directories of the runs beside it.
func (c *Certificate) Page() ([]byte, error) {
	tmpl, err := template.New(PageFile).Funcs(template.FuncMap{
		"count": results.Thousands, "text": results.ClauseText, "standing": Clause.standing, "facets": facets,
		"effects": effectLines, "short": short, "join": strings.Join, "runsOf": c.runsOf, "relaxed": func(store string) string { return c.Suite.Store(store).Relax.String() }, "machine": Machine.String,
	}).Parse(pageText)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = tmpl.Execute(&b, view{Certificate: c, Style: template.CSS(report.Style() + pageStyle), Class: c.class(),
		About: c.about(), Machines: c.distinct(func(r Run) string { return r.Machine.String() }),
		Harness: c.distinct(func(r Run) string { return "assay " + r.Assay + ", " + r.Go })})
	return b.Bytes(), err
}

// view is what the template shows.
type view struct {
	*Certificate
	Style             template.CSS
	Class, About      string
	Machines, Harness []string
}

// class is how the head of the page is coloured, as that of a run's report.
func (c *Certificate) class() string {
	switch c.Statement {
	case StatementStrict, StatementRelaxed:
		return "valid"
	case StatementBroken:
		return "invalid"
	}
	return "insufficient"
}

// distinct returns what is said of the runs, each once.
func (c *Certificate) distinct(of func(Run) string) []string {
	var found []string
	for _, r := range c.Runs {
		if text := of(r); !slices.Contains(found, text) {
			found = append(found, text)
		}
	}
	return found
}

func (c *Certificate) runsOf(store string) []Run {
	return slices.DeleteFunc(slices.Clone(c.Runs), func(r Run) bool { return r.Store != store })
}

func (m Machine) String() string {
	text := fmt.Sprintf("%s/%s, %s", m.OS, m.Arch, count(m.Cores, "core"))
	if m.Processor != "" {
		text += " of " + m.Processor
	}
	if m.Kernel != "" {
		text += ", kernel " + m.Kernel
	}
	return text
}

func facets(all []coverage.Facet) string {
	var texts []string
	for _, f := range all {
		texts = append(texts, number(f.Times)+" × "+f.What)
	}
	return strings.Join(texts, ", ")
}

// effectLines says what the faults of a run were seen to do.
func effectLines(effects []Effect) []string {
	var lines []string
	for _, e := range effects {
		line := fmt.Sprintf("%s: %s", e.Fault, e.First)
		switch {
		case e.Felt == 0:
			line = e.Fault + ": no effect seen"
		case e.Times > 1:
			line += fmt.Sprintf(" (the first of %s, %s with an effect)", number(e.Times), number(e.Felt))
		}
		if e.Writes > 0 {
			line += fmt.Sprintf(", %s in flight", count(e.Writes, "write"))
		}
		if e.Healed < e.Times {
			line += fmt.Sprintf(", %s not healed", number(e.Times-e.Healed))
		}
		lines = append(lines, line)
	}
	return lines
}

// short is the beginning of a sum, enough to tell it from others by eye.
func short(sum string) string { return sum[:min(len(sum), 12)] }
