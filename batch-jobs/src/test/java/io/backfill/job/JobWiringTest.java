package io.backfill.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.job.assemble.AssembleBatchlet;
import io.backfill.job.dispatch.DispatchPlaceDecider;
import io.backfill.job.dispatch.ModelCaller;
import io.backfill.job.dispatch.PlanPartitions;
import io.backfill.job.dispatch.PlanReader;
import io.backfill.job.dispatch.ResultWriter;
import io.backfill.job.dispatch.TimedCheckpoint;
import io.backfill.job.plan.PlanBatchlet;
import jakarta.batch.api.BatchProperty;
import jakarta.inject.Named;
import java.beans.Introspector;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** The job XML and the classes must use the same names. Without this test, a difference would show only when the job runs. */
class JobWiringTest {
    private static final Map<String, Class<?>> ARTIFACTS = Stream.of(
                    PlanBatchlet.class,
                    DispatchPlaceDecider.class,
                    PlanReader.class,
                    ModelCaller.class,
                    ResultWriter.class,
                    TimedCheckpoint.class,
                    PlanPartitions.class,
                    AssembleBatchlet.class,
                    JobEndListener.class)
            .collect(Collectors.toMap(JobWiringTest::beanName, Function.identity()));

    private static Document job;

    @BeforeAll
    static void parse() throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        try (InputStream xml =
                JobWiringTest.class.getResourceAsStream("/META-INF/batch-jobs/" + InferenceJob.NAME + ".xml")) {
            job = factory.newDocumentBuilder().parse(xml);
        }
    }

    @Test
    void jobShouldBeNamedAsItsFile() {
        assertThat(job.getDocumentElement().getAttribute("id")).isEqualTo(InferenceJob.NAME);
    }

    @Test
    void everyRefShouldBeANamedArtifactAndEveryArtifactShouldBeReferred() {
        Set<String> refs = new HashSet<>();
        for (Element element : elements("*")) {
            if (element.hasAttribute("ref")) {
                refs.add(element.getAttribute("ref"));
            }
        }
        assertThat(refs).isEqualTo(ARTIFACTS.keySet());
        assertThat(ARTIFACTS.values()).allMatch(artifact -> artifact.isAnnotationPresent(Named.class));
    }

    @Test
    void propertiesShouldEqualTheInjectedOnesInBothDirections() {
        for (Element element : elements("*")) {
            if (element.hasAttribute("ref")) {
                Class<?> artifact = ARTIFACTS.get(element.getAttribute("ref"));
                assertThat(propertyNames(element)).as(artifact.getSimpleName()).isEqualTo(injected(artifact));
            }
        }
    }

    @Test
    void onlyTheJobsParametersShouldBeUsed() {
        Set<String> used = new HashSet<>();
        for (Element property : elements("property")) {
            Matcher matcher = Pattern.compile("jobParameters\\['([^']*)']").matcher(property.getAttribute("value"));
            while (matcher.find()) {
                used.add(matcher.group(1));
            }
        }
        assertThat(used).containsExactlyInAnyOrder(InferenceJobParameters.BATCH, InferenceJobParameters.EPOCH);
    }

    @Test
    void exitStatusesShouldBeTheConstants() {
        Set<String> decided = new HashSet<>();
        for (String name : List.of("next", "end", "stop")) {
            elements(name).stream().filter(e -> e.hasAttribute("on")).forEach(e -> decided.add(e.getAttribute("on")));
        }
        assertThat(decided)
                .containsExactlyInAnyOrder(
                        InferenceJob.PLANNED,
                        InferenceJob.PLACE,
                        InferenceJob.SETTLED,
                        InferenceJob.WAIT,
                        InferenceJob.ENDED,
                        InferenceJob.INTERRUPTED,
                        InferenceJob.NOT_LEASE_HOLDER);
    }

    private static String beanName(Class<?> artifact) {
        return Introspector.decapitalize(artifact.getSimpleName());
    }

    private static Set<String> injected(Class<?> artifact) {
        return Arrays.stream(artifact.getDeclaredFields())
                .filter(field -> field.isAnnotationPresent(BatchProperty.class))
                .map(Field::getName)
                .collect(Collectors.toSet());
    }

    private static Set<String> propertyNames(Element artifact) {
        Set<String> names = new HashSet<>();
        NodeList properties = artifact.getElementsByTagNameNS("*", "property");
        for (int i = 0; i < properties.getLength(); i++) {
            names.add(((Element) properties.item(i)).getAttribute("name"));
        }
        return names;
    }

    private static List<Element> elements(String name) {
        NodeList nodes = job.getElementsByTagNameNS("*", name);
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            elements.add((Element) nodes.item(i));
        }
        return elements;
    }
}
