// Package local starts real servers on this machine for the time of one run, so that
// they are tested with one command.
//
//	local:postgres?parameter=value&…   PostgreSQL, a Consensus
//	local:s3?parameter=value&…         versitygw, a Blob
//
// The programs have to be installed: PostgreSQL as Debian's postgresql, versitygw as a
// Go toolchain that builds it at the first time. Data is fresh, and removed at the end.
//
// # Parameters of local:postgres
//
//	isolation, pool_max_conns, pool_acquire_timeout   as in package postgres
//	fsync, synchronous_commit                         settings of the server, on or off
//	replica=async     reads go to a second server, which streams from the first one;
//	                  they may be stale (relaxation stale-head)
//	replay_delay=5ms  the replica shows a commit this much later
//
// # Parameters of local:s3
//
//	versioning=false  the bucket keeps no versions, and nothing can be restored; with
//	                  true it does
//	delete            as in package s3
package local
