package dev.coppice.storage;

/** Interrupts a thread again and again until that thread ends it. */
final class InterruptStorm {
    private final Thread storm;
    private volatile boolean isOver;

    private InterruptStorm(Thread target) {
        this.storm =
                Thread.ofPlatform()
                        .daemon()
                        .start(() -> {
                            while (!isOver) {
                                target.interrupt();
                                Thread.onSpinWait();
                            }
                        });
    }

    static InterruptStorm onThisThread() {
        return new InterruptStorm(Thread.currentThread());
    }

    void end() {
        isOver = true;
        while (storm.isAlive()) {
            // Joining would end at the next interrupt.
            Thread.onSpinWait();
        }
        boolean lastOfTheStorm = Thread.interrupted();
        assert lastOfTheStorm || !Thread.currentThread().isInterrupted();
    }
}
