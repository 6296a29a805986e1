//go:build !linux

package certificate

// kernel returns the release of the kernel, empty when it cannot be told.
func kernel() string { return "" }

// processor returns the model of the first processor, empty when it cannot be told.
func processor() string { return "" }
