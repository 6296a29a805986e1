// Package unreliable is the mildest of faults: a layer around any store that loses
// operations, answers, or both, and lets some take effect after their error was
// returned. All draws come from a seed.
package unreliable
