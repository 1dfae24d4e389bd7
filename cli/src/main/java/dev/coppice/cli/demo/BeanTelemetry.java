package dev.coppice.cli.demo;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;

/** What the JDK's management beans know, for machines without /proc. Thread safety: one thread. */
final class BeanTelemetry implements Telemetry {
    private final List<String> names = new ArrayList<>();
    private final List<DoubleSupplier> readings = new ArrayList<>();
    private final double[] values;
    private boolean isFirst = true;

    BeanTelemetry() {
        addMachine();
        addMemory();
        addActivity();
        values = new double[readings.size()];
    }

    private void addMachine() {
        var system = ManagementFactory.getOperatingSystemMXBean();
        add("system.load", system::getSystemLoadAverage);
        add("system.processors", system::getAvailableProcessors);
        if (system instanceof com.sun.management.OperatingSystemMXBean detailed) {
            add("system.cpu", detailed::getCpuLoad);
            add("system.free_memory", detailed::getFreeMemorySize);
            add("system.free_swap", detailed::getFreeSwapSpaceSize);
            add("process.cpu", detailed::getProcessCpuLoad);
            add("process.cpu_nanos", detailed::getProcessCpuTime);
            add("process.virtual_memory", detailed::getCommittedVirtualMemorySize);
        }
    }

    private void addMemory() {
        Runtime runtime = Runtime.getRuntime();
        add("heap.free", runtime::freeMemory);
        add("heap.total", runtime::totalMemory);
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            add("pool." + pool.getName() + ".used", () -> pool.getUsage().getUsed());
            add("pool." + pool.getName() + ".committed", () -> pool.getUsage().getCommitted());
        }
        for (var pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
            add("buffers." + pool.getName() + ".count", pool::getCount);
            add("buffers." + pool.getName() + ".used", pool::getMemoryUsed);
        }
    }

    private void addActivity() {
        for (GarbageCollectorMXBean bean : ManagementFactory.getGarbageCollectorMXBeans()) {
            add("gc." + bean.getName() + ".count", bean::getCollectionCount);
            add("gc." + bean.getName() + ".millis", bean::getCollectionTime);
        }
        var threads = ManagementFactory.getThreadMXBean();
        add("threads.live", threads::getThreadCount);
        add("threads.started", threads::getTotalStartedThreadCount);
        var classes = ManagementFactory.getClassLoadingMXBean();
        add("classes.loaded", classes::getLoadedClassCount);
        var jvm = ManagementFactory.getRuntimeMXBean();
        add("jvm.uptime_millis", jvm::getUptime);
    }

    private void add(String name, DoubleSupplier reading) {
        names.add(name);
        readings.add(reading);
    }

    @Override
    public boolean sample() {
        for (int i = 0; i < values.length; i++) {
            values[i] = readings.get(i).getAsDouble();
        }
        boolean isSame = !isFirst;
        isFirst = false;
        return isSame;
    }

    @Override
    public double[] values() {
        return values;
    }

    @Override
    public List<String> names() {
        return names;
    }

    @Override
    public void close() {}
}
