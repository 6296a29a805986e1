// Package exchange writes histories for other tools and reads theirs: Jepsen's EDN, which
// Knossos checks, and CSV for tools that make tables.
package exchange
