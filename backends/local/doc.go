// Package local starts real servers on this machine for the time of one run, so that
// they are tested with one command.
//
//	local:postgres?parameter=value&…   PostgreSQL, a Consensus
//	local:s3?parameter=value&…         versitygw, a Blob
//	local:bolt?parameter=value&…       package bolt in a process of its own, a Consensus
//	local:file?parameter=value&…       package file in a process of its own, a Blob
//
// The programs have to be installed: PostgreSQL as Debian's postgresql, versitygw as a
// Go toolchain that builds it at the first time. Data is fresh, and removed at the end.
//
// # Parameters of local:postgres
//
//	isolation, pool_max_conns, pool_acquire_timeout, connect_timeout   as in package postgres
//	fsync=on          a setting of the server, on or off
//	synchronous_commit=on   likewise: on, off, local, remote_write or remote_apply
//	wal_writer_delay=200ms  likewise: how often it writes what was committed while
//	                  synchronous_commit is off
//	replica=async     a second server, which streams from the first one and can take its
//	                  place: clients are told both addresses, and connect to the
//	                  first of them that takes writes
//	replica=sync      likewise, and nothing is acknowledged that is not there too
//	read=replica      reads go to the replica instead; they may be stale (relaxation
//	                  stale-head), and the replica never takes over
//	replay_delay=5ms  the replica shows a commit this much later
//	distance=20ms     how long everything takes between primary and replica; what is on its
//	                  way when the primary dies is lost
//	container=true    the server runs in a container, without a replica
//	disk=fuse         its files are on a disk that can lose power and fail, see package disk
//
// # Parameters of local:s3
//
//	versioning=false  the bucket keeps no versions, and nothing can be restored; with
//	                  true it does
//	delete            as in package s3
//	container=true    the server runs in a container
//
// # Parameters of local:bolt and local:file
//
//	sync=true         as in packages bolt and file
//	restore=true      as in package file
//	disk=fuse         as above
package local
