// Package network is what goes wrong between clients and servers: proxies stand between
// them (toxiproxy as a library) and delay, hold back, cut and refuse.
//
// A [Network] has routes, one for each handle of a client. A [Trouble] strikes some of
// them and counts what it did. All draws come from the seed that it is given: those of
// toxiproxy itself cannot be seeded, and none of its toxics that draw are used.
package network
