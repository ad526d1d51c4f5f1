package io.backfill.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backfill.admission.HeapBudget;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CallMemoryTest {
    private static final long MIB = 1 << 20;
    private static final HeapBudget FREE = new HeapBudget(300 * MIB, 1024 * MIB);

    @Test
    void withoutASettingTheBudgetShouldBeWhatTheHeapHasLeft() {
        assertThat(CallMemory.of(Settings.of(Map.of()), FREE).load().maxBytes()).isEqualTo(300 * MIB);
        assertThat(CallMemory.of(Settings.of(Map.of()), FREE).load().maxCalls()).isEqualTo(4096);
    }

    @Test
    void aBudgetThatIsSetShouldCount() {
        Settings settings = Settings.of(Map.of(Setting.DISPATCH_BYTE_BUDGET, "2097152"));

        assertThat(CallMemory.of(settings, FREE).load().maxBytes()).isEqualTo(2 * MIB);
    }

    @Test
    void aBudgetThatCannotFitIntoTheHeapShouldBeRefused() {
        assertThatThrownBy(() -> CallMemory.of(Settings.of(Map.of(Setting.DISPATCH_BYTE_BUDGET, "1073741824")), FREE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("backfill.dispatch.byte-budget")
                .hasMessageContaining("1073741824 bytes");
        assertThatThrownBy(() -> CallMemory.of(
                        Settings.of(Map.of(
                                Setting.DISPATCH_BYTE_BUDGET, "1048576",
                                Setting.BATCHES_MAX_LINE_BYTES, "1100000000")),
                        FREE))
                .hasMessageContaining("backfill.batches.max-line-bytes");
        assertThatThrownBy(() -> CallMemory.of(Settings.of(Map.of(Setting.DISPATCH_BYTE_BUDGET, "4096")), FREE))
                .hasMessageContaining("at least");
    }
}
