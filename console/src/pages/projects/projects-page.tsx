// Projects: folders of the server that chats can be made for.
import { useState } from "react";
import { everturn } from "../../state/everturn.ts";
import { isAdmin as isAdminUser, useMe } from "../../state/sign-in.ts";
import { Button } from "../../ui/controls/button.tsx";
import { EmptyState } from "../../ui/shown/empty-state.tsx";
import { ConfirmButton } from "../parts/confirm-button.tsx";
import { FormBody } from "../parts/forms/form-body.tsx";
import { TextField } from "../parts/forms/form-fields.tsx";
import { useForm } from "../parts/forms/use-form.ts";
import { Page, Section, Shown } from "../parts/page.tsx";
import { MoreRows, Row, Rows } from "../parts/rows.tsx";
import { type From, usePages } from "../parts/use-pages.ts";
import type { Project } from "../parts/wire.ts";

function loadPage(from: From, signal?: AbortSignal) {
  return everturn.projects.list(from, { signal });
}

export default function ProjectsPage() {
  const isAdmin = isAdminUser(useMe());
  const list = usePages<Project>(loadPage, "projects");
  const [adding, setAdding] = useState(false);
  const added = async () => {
    await list.reload();
    setAdding(false);
  };
  return (
    <Page
      title="Projects"
      about="A project is a folder of the server that agents can read: a chat made for it answers questions about its files."
      actions={
        isAdmin ? (
          <Button kind="primary" disabled={adding} onClick={() => setAdding(true)}>
            New project
          </Button>
        ) : undefined
      }
    >
      {adding ? (
        <Section title="New project">
          <NewProject onSaved={added} onCancel={() => setAdding(false)} />
        </Section>
      ) : null}
      <Shown of={list}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title="There are no projects yet">
              {isAdmin
                ? "Name a folder below the roots that the operator allows (EVERTURN_PROJECT_ROOTS)."
                : "Admins make them."}
            </EmptyState>
          ) : (
            <>
              <Rows label="Projects">
                {items.map((project) => (
                  <ProjectRow key={project.id} project={project} isAdmin={isAdmin} onChange={list.reload} />
                ))}
              </Rows>
              <MoreRows {...list} />
            </>
          )
        }
      </Shown>
    </Page>
  );
}

interface NewProjectInput {
  readonly onSaved: () => Promise<void>;
  readonly onCancel: () => void;
}

function NewProject({ onSaved, onCancel }: NewProjectInput) {
  const form = useForm({
    initial: { name: "", path: "" },
    send: async ({ name, path }) => {
      await everturn.projects.create({ name: name.trim(), path: path.trim() });
      await onSaved();
    },
  });
  return (
    <FormBody form={form} submit="Save" submitting="Saving…" onCancel={onCancel}>
      <TextField form={form} name="name" label="Name" />
      <TextField
        form={form}
        name="path"
        label="Folder"
        mono
        placeholder="/srv/projects/shop"
        hint="The whole path, on the server."
      />
    </FormBody>
  );
}

interface ProjectRowInput {
  readonly project: Project;
  readonly isAdmin: boolean;
  readonly onChange: () => Promise<void>;
}

function ProjectRow({ project, isAdmin, onChange }: ProjectRowInput) {
  const [renaming, setRenaming] = useState(false);
  const { id, name, path } = project;
  const form = useForm({
    initial: { name },
    send: async (values) => {
      await everturn.projects.update(id, { name: values.name.trim() });
      await onChange();
      setRenaming(false);
    },
  });
  const remove = async () => {
    await everturn.projects.delete(id);
    await onChange();
  };
  const actions = (
    <>
      <Button size="small" aria-label={`Rename ${name}`} onClick={() => setRenaming(true)}>
        Rename
      </Button>
      <ConfirmButton
        label="Delete"
        name={name}
        question={`Delete ${name}?`}
        confirm="Delete the project"
        act={remove}
      >
        <p>The folder and its files stay. Chats that were made for it go on there.</p>
      </ConfirmButton>
    </>
  );
  return (
    <Row title={name} about={path} actions={isAdmin ? actions : undefined}>
      {renaming ? (
        <FormBody form={form} submit="Rename" onCancel={() => setRenaming(false)}>
          <TextField form={form} name="name" label="Name" />
        </FormBody>
      ) : null}
    </Row>
  );
}
