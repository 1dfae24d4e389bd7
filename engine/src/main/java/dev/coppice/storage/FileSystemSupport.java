package dev.coppice.storage;

import java.util.Locale;

/**
 * What a store may do on a file system. The only place that knows file systems by name; documents
 * quote {@link #sentence}.
 *
 * <p>Thread safety: immutable.
 */
enum FileSystemSupport {
    /** Everything. */
    MAPPED_STORES("All promises hold: commits below FULL store through the mapping."),
    /** A store through the mapping can fault on a full disk, so commits write by position. */
    POSITIONAL_WRITES(
            "The file system copies on write, so a store through the mapping needs room on the disk"
                    + " even where the file has it already: commits write by position instead,"
                    + " which costs about a microsecond each."),
    /** Locks or shared mappings do not hold between all machines or processes that see the file. */
    REFUSED(
            "File locks and shared mappings do not hold on network and user-space file systems, so"
                    + " two processes could write one store: put the store on a local file system, or"
                    + " force the opening if no other machine or process will ever open it.");

    private final String sentence;

    FileSystemSupport(String sentence) {
        this.sentence = sentence;
    }

    /**
     * Looks a file system up. One that is not listed supports everything; one in user space
     * ("fuse...") is refused.
     *
     * @param type name as the system gives it, in any case
     */
    static FileSystemSupport of(String type) {
        String name = type.toLowerCase(Locale.ROOT);
        return switch (name) {
            case "btrfs", "zfs", "bcachefs", "f2fs", "nilfs2" -> POSITIONAL_WRITES;
            case "nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "ncpfs", "afs" -> REFUSED;
            case "9p", "v9fs", "drvfs", "virtiofs", "vboxsf", "vmhgfs", "prl_fs" -> REFUSED;
            case "ceph", "glusterfs", "lustre", "gpfs", "beegfs", "orangefs" -> REFUSED;
            case "ocfs2", "gfs2", "sshfs", "davfs", "webdav" -> REFUSED;
            default -> name.startsWith("fuse") ? REFUSED : MAPPED_STORES;
        };
    }

    /** {@return what a user should know about it} */
    String sentence() {
        return sentence;
    }
}
