// Package s3 is a Blob on a server that speaks the protocol of Amazon S3.
//
//	s3://bucket/prefix?region=…
//	s3://KEY:SECRET@bucket/prefix?endpoint=http://host:port
//
// The bucket has to exist; handles with the same prefix share a place. Without a key in
// the URL the credentials come from where the AWS tools find them: the environment, the
// shared files, the machine's role. Special characters of a secret are escaped as in
// every URL, / as %2F for one.
//
// # Parameters
//
//	endpoint=URL        a server other than Amazon's; it is addressed path-style, and
//	                    checksums are sent only where the protocol requires them
//	region=NAME         by default that of the AWS tools, and us-east-1 at an endpoint
//	keys=path           slashes in keys are slashes in the names of objects
//	keys=flat           they are not, for servers that keep objects as files and cannot
//	                    have a and a/b at once
//	versioning=detect   asks the bucket whether it keeps versions; on and off declare it
//	delete=marker       how a delete finds out the size of what it removes, see below;
//	                    by default marker where the bucket keeps versions
//	delete=condition    and condition where it does not
//	delete=lookup       looks the size up and then removes whatever is there, for
//	                    experiments (relaxation delete-size)
//
// # Names of objects
//
// An object's name is the prefix, a slash and the key. What servers, file systems and
// XML are known to confuse is written as % and two hexadecimal digits: the percent
// sign, whatever is not printable ASCII, a dot at the beginning of a segment, and a
// slash that begins the key, follows another slash or ends the key. With keys=flat all
// slashes and ~ are, and a long name is cut with ~/~ into a chain of segments.
//
// # Operations
//
// A Set is one PUT, above 8 MiB a multipart upload, which replaces the object when it is
// completed. One that failed is aborted. A Get is one request whatever the size, for a
// server answers one request from one version of the object. Several that are pinned to
// a version or an entity tag are not as safe: versitygw, for one, looks at the tag
// before it opens the file, and mixes two versions when an overwrite comes in between.
//
// With delete=condition, a Delete looks up the object's size and entity tag, and then
// removes the object on condition that it still has this tag. That is exact iff the
// server refuses the condition, too, when the object is gone meanwhile. It is asked at
// the opening, about an object that nobody can have made. Where it says that all is
// well then, deletes that race may each claim the value (relaxation delete-size).
//
// With delete=marker, a Delete puts a delete marker on top of the versions and then
// looks at what is right below its marker: that is what it removed. A marker that is
// gone again, since a Restore removed it, leaves the answer open.
//
// A Restore removes markers until there is a value on top. In a bucket without
// versions, or where versioning is suspended, it only says whether the key exists
// (relaxation no-restore).
//
// # Errors
//
// Definite failures (E2) are: an argument that is refused before anything is sent; no
// connection; and the answers 403, 409, 412, 429 and, where it names the bucket or the
// object, 404. All that only as long as no other request of the operation had an
// effect. Everything else is indeterminate, also 503, which some servers answer after a
// part of a write. No request that changes anything is sent a second time; Go's HTTP
// client repeats one that reads when the server has closed the idle connection.
package s3
