package io.backfill.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.util.List;
import org.junit.jupiter.api.Test;

class JobCacheTest {
    private final JobCache cache = new JobCache();

    @Test
    void olderNewsShouldNotReplaceNewer() {
        cache.put(job("a", "1", "10"));

        assertThat(cache.put(job("a", "1", "9"))).isFalse();
        assertThat(cache.put(job("a", "1", "11"))).isTrue();
        assertThat(cache.replace(cache.all(), List.of(job("a", "1", "10")))).isEmpty();
        assertThat(cache.all()).extracting(JobCache::version).containsExactly("11");
    }

    @Test
    void jobOfTheSameNameThatWasMadeAnewShouldReplaceTheOldOneAndOutliveItsDeletion() {
        Job old = job("a", "1", "10");
        cache.put(old);
        cache.put(job("a", "2", "3"));
        cache.remove(old);

        assertThat(cache.all()).extracting(JobCache::version).containsExactly("3");
    }

    @Test
    void listShouldRemoveWhatWasThereBeforeItAndKeepWhatCameMeanwhile() {
        cache.put(job("gone", "1", "10"));
        cache.put(job("stays", "2", "11"));
        List<Job> before = cache.all();
        cache.put(job("new", "3", "13"));

        assertThat(cache.replace(before, List.of(job("stays", "2", "12")))).containsExactlyInAnyOrder("gone", "stays");
        assertThat(cache.all())
                .extracting(job -> job.getMetadata().getName())
                .containsExactlyInAnyOrder("stays", "new");
    }

    @Test
    void newsShouldBeWhatIsUnknownOrNewer() {
        cache.put(job("a", "1", "10"));

        assertThat(cache.isNews(job("a", "1", "10"))).isFalse();
        assertThat(cache.isNews(job("a", "1", "9"))).isFalse();
        assertThat(cache.isNews(job("a", "1", "11"))).isTrue();
        assertThat(cache.isNews(job("a", "2", "1"))).isTrue();
        assertThat(cache.isNews(job("b", "3", "1"))).isTrue();
    }

    private static Job job(String name, String uid, String version) {
        return new JobBuilder()
                .withNewMetadata()
                .withName(name)
                .withUid(uid)
                .withResourceVersion(version)
                .endMetadata()
                .build();
    }
}
