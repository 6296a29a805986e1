package evidence

import (
	"fmt"
	"slices"
	"strings"
)

// Asked is what a run was asked for, as far as it decides what evidence is demanded.
type Asked struct {
	// Faults are the lines of the run's plan.
	Faults []string
	// Cut: the history breaks off, as that of a killed run does. Nothing is demanded
	// then that stands at the end of a history.
	Cut bool
}

// What is enough. All numbers that evidence is measured by are here.
const (
	// minAnswers: without an answer there is nothing to explain.
	minAnswers = 1
	// minConflicts is per operation, and so one at least: the default workloads have fifty
	// times as many; a client that is alone on its keys has none.
	minConflicts = 0.001
	// minAlive is the share answered of the operations that met no fault: under heavy
	// contention a serializable database gives up on most of them, not on nearly all.
	minAlive = 0.1
	// minCalm is from how many operations of a kind that met no fault one has to be
	// answered: one or two may have been unlucky.
	minCalm = 3
	// minAsked is the same for operations under faults: at the default rate that many of
	// them fail by chance once in 10^14 runs.
	minAsked = 20
	// minSpecial is the same for special kinds that met no fault: a serializable database
	// may give up on most of them, which a store that refuses them all does not resemble.
	minSpecial = 20
	// minHealed is the share answered of the operations after healing: each client may
	// find a few connections broken, but does not go on like that.
	minHealed = 0.5
	// minUnknown is from how many writes of unknown outcome on both kinds have to be
	// among them: with fewer it may be chance that all went the same way.
	minUnknown = 20
	// minOneWay is how many of them were applied, and how many were not: a check that
	// took all for lost, or all for done, would pass otherwise.
	minOneWay = 1
	// minInFlight is how many writes the beginnings and ends of faults met, together: a
	// fault that strikes between all writes breaks none.
	minInFlight = 1
)

// Missing says what a valid run lacks, and which flag would get it; nothing when the
// verdict may stand.
func (e Evidence) Missing(asked Asked) []string {
	missing := slices.Concat(e.missingAnswers(), e.missingSpecials(), e.missingConflicts())
	if len(asked.Faults) > 0 && !asked.Cut {
		missing = slices.Concat(missing, e.missingFaults(asked.Faults), e.missingUnknown())
	}
	return missing
}

func (e Evidence) missingAnswers() []string {
	all := e.Operations.total()
	switch {
	case all.Answered < minAnswers:
		return []string{fmt.Sprintf("none of %d operations was answered: see that the store works, then --time for longer", all.Asked)}
	case e.Calm.share() < minAlive:
		return []string{fmt.Sprintf("while nothing was broken, only %d of %d operations were answered: see why in assay.log and the history, then fewer --clients", e.Calm.Answered, e.Calm.Asked)}
	}
	var missing []string
	for _, name := range e.NeverAnswered() {
		if op := e.Operations[name]; op.Calm.Asked >= minCalm || op.Asked >= minAsked {
			missing = append(missing, fmt.Sprintf("%s was never answered, of %d times: --time for longer, or fewer --faults", name, op.Asked))
		}
	}
	return missing
}

func (e Evidence) missingConflicts() []string {
	all := e.Operations.total()
	if all.Answered == 0 {
		return nil // said already
	}
	if have := e.Conflicts.total(); float64(have) < minConflicts*float64(all.Asked) {
		return []string{fmt.Sprintf("clients hardly met, %d times in %d operations: more --clients, fewer --keys, or --time for longer", have, all.Asked)}
	}
	return nil
}

// missingFaults demands that each planned fault was seen to have its effect, that it met
// writes if it struck while clients were at work, and that the store answered when
// all was over.
func (e Evidence) missingFaults(planned []string) []string {
	var missing []string
	for _, line := range planned {
		if lacks := e.missingFault(line); lacks != "" {
			missing = append(missing, lacks)
		}
	}
	switch {
	case slices.ContainsFunc(e.Faults, func(f Fault) bool { return !f.Healed }):
		missing = append(missing, "a fault was not healed: let the run come to its end")
	case len(e.Faults) > 0 && (e.Healed.Answered == 0 || e.Healed.share() < minHealed):
		missing = append(missing, fmt.Sprintf("after healing, only %d of %d operations were answered: see in assay.log whether the store came back", e.Healed.Answered, e.Healed.Asked))
	}
	return missing
}

// missingFault says what one line of the plan lacks, "" when nothing.
func (e Evidence) missingFault(line string) string {
	seen, struck, met := 0, 0, 0
	for _, f := range e.Faults {
		if !f.of(line) {
			continue
		}
		if f.Effect != "" {
			seen++
		}
		if f.AtWork {
			struck++
			met += f.WritesAtStart + f.WritesAtEnd
		}
	}
	switch {
	case seen == 0:
		return fmt.Sprintf("no effect of the fault %q was seen: --time for longer, or more of it in --faults", line)
	case struck > 0 && met < minInFlight:
		return fmt.Sprintf("no write was in flight when the fault %q began or ended: more --clients, or more of it in --faults", line)
	}
	return ""
}

// missingUnknown demands that writes of unknown outcome went both ways, where a fault
// sees to it that they do.
func (e Evidence) missingUnknown() []string {
	u := e.Unknown
	if !slices.ContainsFunc(e.Faults, Fault.bothWays) || u.Applied+u.NotApplied < minUnknown {
		return nil
	}
	var missing []string
	if u.Applied < minOneWay {
		missing = append(missing, fmt.Sprintf("none of %d writes of unknown outcome turned out applied: --time for longer, or less of it in --faults", u.NotApplied))
	}
	if u.NotApplied < minOneWay {
		missing = append(missing, fmt.Sprintf("all of %d writes of unknown outcome turned out applied: --time for longer", u.Applied))
	}
	return missing
}

// bothWays reports whether the fault loses answers to what was done and to what was not:
// unreliable does, and on the network a draw among all trouble, and cut answers, which
// may be the news of a failure.
func (f Fault) bothWays() bool {
	kind, settings, _ := strings.Cut(f.Name, " ")
	if kind == "net" {
		return settings == "" || strings.HasPrefix(settings, "cut") && !strings.Contains(settings, "up")
	}
	return kind == "unreliable"
}

// of reports whether f is what the line of a plan asks for.
func (f Fault) of(line string) bool {
	own := f.Name
	if f.Target != "" {
		own += " " + f.Target
	}
	rest, found := strings.CutPrefix(line, own)
	return found && (rest == "" || rest[0] == ' ')
}
