// Package servers starts real servers, for tests and for runs that break them.
//
// Each server is an [Instance]: a child process of this program ([Process]), or a
// container (package containers). Both can be stopped, killed, paused and started
// again on the same data and the same address. A server that this machine cannot
// offer is an error that wraps [ErrUnavailable] and says what is missing; package
// serverstest turns it into a skipped or a failed test.
package servers
