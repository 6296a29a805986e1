// Package kubernetes holds the manifest of a Job that carries out a suite on many
// machines, and its test.
package kubernetes
