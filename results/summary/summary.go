// Package summary tells what runs found as Markdown, for the page of a build job.
package summary

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/results"
)

// maxTold is how many violations are told of each run; its report has more.
const maxTold = 3

// Write writes a table with a line for each run, and below it why a verdict is not
// valid.
func Write(w io.Writer, all []results.Result) error {
	var b strings.Builder
	b.WriteString("## Assay\n\n")
	b.WriteString("| verdict | object | store | operations | ok | fail | info | relaxations | faults | seed |\n")
	b.WriteString("|---|---|---|---:|---:|---:|---:|---|---|---:|\n")
	for _, r := range all {
		seed := ""
		if r.Seed != nil {
			seed = fmt.Sprint(*r.Seed)
		}
		fmt.Fprintf(&b, "| **%s** | %s | %s | %s | %s | %s | %s | %s | %s | %s |\n",
			r.Verdict, r.Object, Code(cmp.Or(r.Store, r.History)), results.Thousands(r.Operations), results.Thousands(r.Outcomes.Ok),
			results.Thousands(r.Outcomes.Fail), results.Thousands(r.Outcomes.Info), r.Relaxations, Code(strings.Join(r.Faults, ",")), seed)
	}
	for _, r := range all {
		tell(&b, r)
	}
	b.WriteByte('\n')
	_, err := io.WriteString(w, b.String())
	return err
}

// tell says why the verdict on r is what it is.
func tell(b *strings.Builder, r results.Result) {
	if r.Verdict == checker.Valid {
		return
	}
	fmt.Fprintf(b, "\n### %s: %s %s\n", r.Verdict, r.Object, Code(cmp.Or(r.Store, r.History)))
	if r.Reason != "" {
		fmt.Fprintf(b, "\n%s\n", Block(r.Reason))
	}
	for i, v := range r.Violations {
		if i == maxTold {
			fmt.Fprintf(b, "\nand %s more keys\n", results.Thousands(len(r.Violations)-maxTold))
			break
		}
		fmt.Fprintf(b, "\n**%s** %s\n\n%s\n", v.Clause, results.ClauseText(r.Object, v.Clause), Block(v.Explanation+"\n\n"+v.Argument))
	}
	for i, u := range r.Undecided {
		if i == maxTold {
			fmt.Fprintf(b, "\nand %s more undecided keys\n", results.Thousands(len(r.Undecided)-maxTold))
			break
		}
		fmt.Fprintf(b, "\n%s\n", Block(fmt.Sprintf("key %q: %s", u.Key, u.Reason)))
	}
	if r.History != "" {
		fmt.Fprintf(b, "\nSee again:\n\n%s\n", Block(r.CheckCommand()))
	}
}

// Block returns text as a block in which no character means anything: text from a
// store may be made to look like Markdown. Its fence is longer than any within.
func Block(text string) string {
	fence := fenceFor(text, 3)
	return fence + "\n" + strings.TrimRight(text, "\n") + "\n" + fence
}

// Code returns text as code within a line, also of a table.
func Code(text string) string {
	if text == "" {
		return ""
	}
	text = strings.NewReplacer("\n", " ", "\r", " ", "|", "\\|").Replace(text)
	fence := fenceFor(text, 1)
	return fence + " " + text + " " + fence
}

func fenceFor(text string, least int) string {
	fence := strings.Repeat("`", least)
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fence
}
