package io.backfill.fair;

class MemoryShareTableTest implements ShareTableContract {
    private final MemoryShareTable table = new MemoryShareTable();

    @Override
    public ShareTable shares() {
        return table;
    }

    @Override
    public void expire(String model, String node) {
        table.giveBack(model, node);
    }
}
