package io.modelgate.guard;

/** Whether another connection may stay open. Asked on every event loop. */
public interface ConnectionLimit {

    /** As many as come. */
    ConnectionLimit NONE = new ConnectionLimit() {
        @Override
        public boolean enter() {
            return true;
        }

        @Override
        public void leave() {
            // Nobody counts.
        }
    };

    /** Whether one more may stay; then {@link #leave} is due when it is closed. */
    boolean enter();

    void leave();
}
