// Package disk is a disk that can lose power and fail, under the files of a real
// program: a FUSE file system that passes everything on to a directory beside it and
// remembers what of it is not durable.
//
// What is durable is what POSIX and the manual of fsync(2) promise, and no more:
//
//   - the bytes and the size of a file up to its last fsync;
//   - an entry of a directory, created, moved or removed, up to the last fsync of that
//     directory; a fsync of a file makes its own new or moved entry durable too, and
//     with an entry go the new directories above it, as on ext4, XFS and Btrfs;
//   - a rename as a whole, in both directories, never half of it.
//
// Programs see all that they wrote until the power goes ([Disk.Crash]): then their
// processes are killed, the file system is unmounted, what is not durable is undone, and
// what is left is mounted again. With the [Loss] of Everything, all of it is undone. With
// Some, each sector of 512 bytes and each change of an entry goes or stays by a draw, as
// on a disk that writes in an order of its own: pages are torn, later writes survive
// earlier ones. An entry goes only with what came after it under the same name.
//
// A kernel writes out on its own what waits for too long; [Disk.WriteBack] does.
//
// [Disk.Fail] lets writes and syncs fail. As on Linux, a failed fsync is reported once
// ("fsyncgate"): the program goes on reading what it wrote, the next fsync succeeds, and
// what the failed one was to keep is gone at the next crash, unless it is written again.
//
// Not simulated: permissions and times, which are durable at once; the failure of a
// directory's fsync, upon which real file systems go read-only; damage to what was
// durable; files that have no name (O_TMPFILE), which are refused.
package disk
