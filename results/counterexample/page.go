package counterexample

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"math"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/assay-dev/assay/checker/model"
	"github.com/assay-dev/assay/checker/timeline"
	"github.com/assay-dev/assay/workload/history"
)

// drawTime is how long it may be tried to order the operations for the page.
const drawTime = 5 * time.Second

// writePage writes the text and porcupine's view of the same history as one page that
// needs nothing else. All that comes from the store is escaped.
func (c *Counterexample) writePage(w io.Writer) error {
	var text, page bytes.Buffer
	if err := c.WriteText(&text); err != nil {
		return err
	}
	p := c.newPicture()
	_, info := porcupine.CheckOperationsVerbose(p.model(), p.operations(), drawTime)
	info.AddAnnotations(p.annotations(c.faults))
	if err := porcupine.Visualize(p.model(), info, &page); err != nil {
		return fmt.Errorf("draw %s: %w", PageFile, err)
	}
	title := fmt.Sprintf("%s of key %q", c.small.Violation.Clause, c.small.Violation.Key)
	// Porcupine's legend floats above the first lines of the page.
	before := "<h1 style=\"margin-top: 50px\">Counterexample: " + html.EscapeString(title) + "</h1>\n<pre style=\"font-size: 12px\">" +
		html.EscapeString(text.String()) + "</pre>\n"
	content := strings.Replace(page.String(), "<body>", "<body>\n"+before, 1)
	content = strings.Replace(content, "<title>Porcupine</title>", "<title>"+html.EscapeString(title)+"</title>", 1)
	_, err := io.WriteString(w, content)
	return err
}

// A picture is a small history in porcupine's terms.
type picture struct {
	*Counterexample
	object   model.Model
	steps    []model.Step
	sessions int
	last     int64 // the last instant
}

func (c *Counterexample) newPicture() *picture {
	p := &picture{Counterexample: c}
	var operations []*history.Operation
	for i := range c.small.Operations {
		op := c.small.Operations[i].Operation
		op.Key = c.small.Violation.Key // listings are reads of this key
		p.last = max(p.last, op.Call)
		if op.Outcome != history.Info {
			p.last = max(p.last, op.Return)
		}
		if op.Outcome != history.Fail || history.Refused(op.Action) {
			operations = append(operations, &op)
		}
	}
	p.object = model.New(c.small.Object, c.small.Relax, operations)
	p.steps, p.sessions = model.Steps(operations, c.small.Relax)
	return p
}

// A node is what porcupine knows as a state.
type node struct {
	state    model.State
	progress string // of each session, a byte
	definite int    // steps left that certainly happened
}

func (p *picture) model() porcupine.Model {
	return porcupine.Model{
		Init: func() any {
			n := node{state: p.object.Initial(), progress: string(make([]byte, p.sessions))}
			for i := range p.steps {
				if p.steps[i].Operation.Outcome != history.Info {
					n.definite++
				}
			}
			return n
		},
		Step: func(state, input, _ any) (bool, any) { return p.step(state.(node), input.(*model.Step)) },
		Equal: func(a, b any) bool {
			return a.(node).progress == b.(node).progress && a.(node).state.Equal(b.(node).state)
		},
		DescribeOperation:         func(input, _ any) string { return describe(input.(*model.Step)) },
		DescribeState:             func(state any) string { return html.EscapeString(fmt.Sprint(state.(node).state)) },
		DescribeOperationMetadata: func(info any) string { return html.EscapeString(fmt.Sprint(info)) },
	}
}

// step takes an operation of unknown outcome that changes nothing at the end only, where
// it stands for what never happened.
func (p *picture) step(n node, step *model.Step) (bool, any) {
	if step.Session >= 0 && int(n.progress[step.Session]) != step.Rank {
		return false, n
	}
	state, ok := p.object.Take(n.state, step)
	info := step.Operation.Outcome == history.Info
	if !ok || info && state == n.state && n.definite > 0 {
		return false, n
	}
	next := node{state, n.progress, n.definite}
	if !info {
		next.definite--
	}
	if step.Session >= 0 {
		progress := []byte(n.progress)
		progress[step.Session]++
		next.progress = string(progress)
	}
	return true, next
}

func describe(step *model.Step) string {
	text := timeline.Label(step.Operation)
	switch step.Part {
	case model.LookUp:
		text += ", looks up"
	case model.Removal:
		text += ", removes"
	}
	return text
}

// operations are the steps, those without an end open until after the last instant.
func (p *picture) operations() []porcupine.Operation {
	var all []porcupine.Operation
	for i := range p.steps {
		step := &p.steps[i]
		op := porcupine.Operation{ClientId: step.Operation.Process, Input: step, Call: max(step.Earliest, -1), Return: step.Latest,
			Metadata: fmt.Sprintf("line %d", step.Operation.Line)}
		if op.Return == math.MaxInt64 {
			op.Return = p.last + 1
		}
		all = append(all, op)
	}
	return all
}

// annotations are the faults of the time, and the operations that failed.
func (p *picture) annotations(faults []history.Fault) []porcupine.Annotation {
	var all []porcupine.Annotation
	for i := range p.small.Operations {
		if op := &p.small.Operations[i]; op.Outcome == history.Fail && !history.Refused(op.Action) {
			all = append(all, porcupine.Annotation{Tag: fmt.Sprintf("process %d", op.Process), Start: op.Call, End: op.Return,
				Description: timeline.Label(&op.Operation), Details: op.Error})
		}
	}
	first, last := timeline.Span(p.bars())
	for _, f := range faults {
		if f.Return < first || f.Call > last {
			continue
		}
		all = append(all, porcupine.Annotation{Tag: "faults", Start: p.simple(f.Call), End: p.simple(f.Return),
			Description: strings.TrimSpace(f.Fault + " " + f.Target), Details: f.Effect})
	}
	return all
}

// simple returns the instant of the small history that an instant of the run lies at or
// just behind.
func (p *picture) simple(at int64) int64 {
	instant := int64(0)
	for i := range p.small.Operations {
		op := &p.small.Operations[i]
		if op.Was.Call <= at {
			instant = max(instant, op.Call)
		}
		if op.Outcome != history.Info && op.Was.Return <= at {
			instant = max(instant, op.Return)
		}
	}
	return instant
}
