package io.backfill.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.backfill.job.InferenceJob;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/** Job {@code shard} of the pods must have the same chunk as step {@code dispatch}. A change of one must be made in the other. */
class ShardJobWiringTest {
    private static final String TIMEOUT = "jakarta.transaction.global.timeout";

    private static Document inference;
    private static Document shard;

    @BeforeAll
    static void parse() throws Exception {
        inference = parse(InferenceJob.NAME);
        shard = parse(ShardJob.NAME);
    }

    private static Document parse(String name) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        try (InputStream xml = ShardJobWiringTest.class.getResourceAsStream("/META-INF/batch-jobs/" + name + ".xml")) {
            return factory.newDocumentBuilder().parse(xml);
        }
    }

    @Test
    void jobShouldBeNamedAsItsFileAndHaveOneStepWithoutPartitions() {
        assertThat(shard.getDocumentElement().getAttribute("id")).isEqualTo(ShardJob.NAME);
        assertThat(elements(shard.getDocumentElement(), "step")).hasSize(1);
        assertThat(elements(shard.getDocumentElement(), "partition")).isEmpty();
        assertThat(elements(shard.getDocumentElement(), "listener")).isEmpty();
    }

    @Test
    void chunksShouldBeTheSameButForWhereThePartitionComesFrom() {
        assertThat(described(chunk(shard)).replace("jobParameters['partition']", "partitionPlan['partition']"))
                .isEqualTo(described(chunk(inference)));
    }

    @Test
    void timeoutsShouldBeTheSame() {
        assertThat(stepProperties(shard))
                .containsEntry(TIMEOUT, stepProperties(inference).get(TIMEOUT));
    }

    /** Returns the element names, attributes and texts of a tree, without comments and white space. */
    private static String described(Element element) {
        Map<String, String> attributes = new TreeMap<>();
        for (int i = 0; i < element.getAttributes().getLength(); i++) {
            Node attribute = element.getAttributes().item(i);
            attributes.put(attribute.getNodeName(), attribute.getNodeValue());
        }
        List<String> children = new ArrayList<>();
        for (Node child = element.getFirstChild(); child != null; child = child.getNextSibling()) {
            if (child instanceof Element nested) {
                children.add(described(nested));
            }
        }
        return element.getLocalName() + attributes + children;
    }

    private static Element chunk(Document job) {
        return elements(dispatch(job), "chunk").getFirst();
    }

    private static Element dispatch(Document job) {
        return elements(job.getDocumentElement(), "step").stream()
                .filter(step -> step.getAttribute("id").equals("dispatch"))
                .findFirst()
                .orElseThrow();
    }

    private static Map<String, String> stepProperties(Document job) {
        Map<String, String> properties = new TreeMap<>();
        for (Element property : elements(dispatch(job), "property")) {
            Node holder = property.getParentNode().getParentNode();
            if (holder.getLocalName().equals("step")) {
                properties.put(property.getAttribute("name"), property.getAttribute("value"));
            }
        }
        return properties;
    }

    private static List<Element> elements(Element in, String name) {
        NodeList nodes = in.getElementsByTagNameNS("*", name);
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            elements.add((Element) nodes.item(i));
        }
        return elements;
    }
}
