// Package exchange writes histories for other tools and reads theirs: Jepsen's EDN, which
// Knossos, Elle and others check, and CSV for tools that make tables.
package exchange
