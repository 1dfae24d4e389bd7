package dev.coppice;

/** Waits that an interrupt does not cut short; its flag is set again afterwards. Stateless. */
final class Uninterrupted {
    private Uninterrupted() {}

    /** Something that waits. Started again after an interrupt. */
    @FunctionalInterface
    interface Wait {
        void run() throws InterruptedException;
    }

    static void run(Wait wait) {
        boolean wasInterrupted = false;
        while (true) {
            try {
                wait.run();
                break;
            } catch (InterruptedException e) {
                wasInterrupted = true;
            }
        }
        if (wasInterrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
