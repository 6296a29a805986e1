package results

import "github.com/assay-dev/assay/workload/history"

// A Clause is one promise of the contract.
type Clause struct {
	Name string // C6 for example
	Text string // what is promised, in one line
}

// Clauses returns the promises about an object that a history shows to be kept or
// broken, in the order of the contract.
func Clauses(object history.Object) []Clause {
	switch object {
	case history.Register:
		return []Clause{
			{"R1", "A read returns what was written last, and nothing before the first write"},
			{"R2", "A compare-and-set replaces the value exactly when it is as expected"},
		}
	case history.Blob:
		return []Clause{
			{"B1", "Get returns what is stored, and nothing when nothing is"},
			{"B2", "Set replaces a value whole"},
			{"B3", "Delete says what it removed"},
			{"B4", "A listing tells what was there while it was made"},
			{"B5", "Restore brings the last deleted value back"},
		}
	}
	return []Clause{
		{"C1", "A key starts with no data"},
		{"C2", "CompareAndSet commits exactly when the head is as expected"},
		{"C3", "Versions go up"},
		{"C4", "Versions are in range"},
		{"C6", "Head returns the newest version"},
		{"C7", "Scan is one atomic read of the stored versions"},
		{"C8", "Truncate deletes the versions below its bound"},
		{"C9", "ListKeys has every key that was created"},
	}
}

// ClauseText returns what the clause of that name promises; empty when it is unknown.
func ClauseText(object history.Object, name string) string {
	for _, c := range Clauses(object) {
		if c.Name == name {
			return c.Text
		}
	}
	return ""
}
