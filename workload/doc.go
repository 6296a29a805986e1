// Package workload is what the clients do to a store: which operations they
// request, how they carry them out and record them, and how a run begins and ends.
//
// What a client requests depends on nothing but the seed and its number: the same
// seed gives the same sequence of requests per client, whatever the store answers
// and whenever. A request is symbolic ("expect what I last saw of this key"); its
// arguments are settled when it is carried out.
//
// Every written value is unique and names its writer, so that no read is vacuous;
// see the package body. Clients share nothing but the store.
package workload
