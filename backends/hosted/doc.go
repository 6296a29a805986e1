// Package hosted keeps an embedded store, bolt or file, in a process of its own, so that
// it can be killed, paused, and put on a disk that loses power, like any server.
//
//	hosted:///socket
//
// [Main] is that process: it opens the store and serves it on a Unix socket. A handle
// sends each operation there once. Only one that could not be sent, because nobody
// listens, is known to have failed; when the process dies, whatever it has not
// answered is of unknown outcome.
package hosted
