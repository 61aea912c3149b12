import django.db.models.deletion
import mandat.apps.budgeting.models.projects
from django.conf import settings
from django.db import migrations, models

from mandat.web.migrating import CreateModels


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name='Project',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('programme', models.SlugField(max_length=60)),
                        ('process', models.SlugField(max_length=60)),
                        ('component', models.SlugField(max_length=60)),
                        ('version', models.PositiveIntegerField()),
                        ('reference', models.CharField(default=mandat.apps.budgeting.models.projects.reference, editable=False, max_length=12, unique=True)),
                        ('part', models.SlugField(blank=True, max_length=60)),
                        ('title_fr', models.CharField(max_length=150, verbose_name='title in French')),
                        ('title_en', models.CharField(max_length=150, verbose_name='title in English')),
                        ('summary_fr', models.TextField(blank=True, verbose_name='what the project is, in French')),
                        ('summary_en', models.TextField(blank=True, verbose_name='what the project is, in English')),
                        ('category', models.SlugField(blank=True, max_length=60)),
                        ('area', models.CharField(blank=True, max_length=20, verbose_name='where')),
                        ('longitude', models.DecimalField(decimal_places=5, max_digits=8, null=True)),
                        ('latitude', models.DecimalField(decimal_places=5, max_digits=8, null=True)),
                        ('state', models.CharField(choices=[('study', 'in study'), ('feasible', 'feasible'), ('infeasible', 'not feasible'), ('listed', 'put to the vote'), ('chosen', 'chosen by the vote'), ('unchosen', 'not chosen'), ('funded', 'being carried out'), ('delivered', 'delivered'), ('abandoned', 'given up after the vote')], default='study', max_length=10)),
                        ('cost', models.BigIntegerField(default=0)),
                        ('running', models.BigIntegerField(default=0)),
                        ('months', models.PositiveSmallIntegerField(null=True, verbose_name='months to carry it out')),
                        ('owner', models.CharField(blank=True, max_length=200, verbose_name='who will own and keep it')),
                        ('manager', models.CharField(blank=True, max_length=200, verbose_name='who carries it out')),
                        ('changes', models.TextField(blank=True, verbose_name='what the study changes in the idea')),
                        ('agreed_on', models.DateField(null=True)),
                        ('finding', models.TextField(blank=True, verbose_name='why it can or cannot be done')),
                        ('due_on', models.DateField(null=True)),
                        ('opened_at', models.DateTimeField()),
                        ('studied_on', models.DateField(null=True)),
                        ('delivered_on', models.DateField(null=True)),
                        ('envelope', models.SlugField(blank=True, max_length=80)),
                        ('reserved', models.BooleanField(default=False)),
                        ('decision', models.CharField(blank=True, max_length=120)),
                        ('awarded', models.BigIntegerField(default=0)),
                        ('paid', models.BigIntegerField(default=0)),
                        ('synthetic', models.BooleanField(default=False)),
                    ],
                    options={
                        'verbose_name': 'project',
                        'indexes': [models.Index(models.F('programme'), models.F('process'), models.F('component'), models.F('part'), models.F('state'), models.F('id'), name='budgeting_projects'), models.Index(models.F('due_on'), models.F('id'), condition=models.Q(('state', 'study')), name='budgeting_studies_due')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('cost__gte', 0), ('running__gte', 0), ('awarded__gte', 0), ('paid__gte', 0)), name='budgeting_amounts_positive')],
                    },
                ),
                migrations.CreateModel(
                    name='Idea',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('programme', models.SlugField(max_length=60)),
                        ('process', models.SlugField(max_length=60)),
                        ('component', models.SlugField(max_length=60)),
                        ('proposal', models.CharField(max_length=40)),
                        ('state', models.CharField(choices=[('retained', 'retained for study'), ('refused', 'refused')], max_length=10)),
                        ('ground', models.SlugField(blank=True, max_length=60)),
                        ('reason', models.TextField(blank=True, verbose_name='public reason')),
                        ('project', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='ideas', to='budgeting.project')),
                        ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('decided_at', models.DateTimeField()),
                    ],
                    options={
                        'verbose_name': 'idea examined',
                        'ordering': ('id',),
                        'indexes': [models.Index(models.F('programme'), models.F('process'), models.F('component'), models.F('state'), name='budgeting_ideas')],
                        'constraints': [models.UniqueConstraint(models.F('programme'), models.F('process'), models.F('proposal'), name='budgeting_one_decision_an_idea'), models.CheckConstraint(condition=models.Q(models.Q(('project__isnull', False), ('state', 'retained')), models.Q(('project__isnull', True), ('state', 'refused'), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='budgeting_idea_decided')],
                    },
                ),
                migrations.CreateModel(
                    name='CostLine',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='budgeting.project')),
                        ('rank', models.PositiveSmallIntegerField()),
                        ('kind', models.CharField(choices=[('investment', 'investment, once'), ('running', 'running, each year')], max_length=10)),
                        ('label', models.CharField(max_length=200)),
                        ('amount', models.BigIntegerField()),
                        ('origin', models.CharField(blank=True, help_text='quote, price list, similar work…', max_length=200)),
                    ],
                    options={
                        'verbose_name': 'cost line',
                        'ordering': ('rank',),
                        'constraints': [models.UniqueConstraint(models.F('project'), models.F('rank'), name='budgeting_one_line_a_rank'), models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='budgeting_line_positive')],
                    },
                ),
                migrations.CreateModel(
                    name='Assessment',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='assessments', to='budgeting.project')),
                        ('criterion', models.SlugField(max_length=60)),
                        ('verdict', models.CharField(choices=[('met', 'met'), ('partly', 'partly met'), ('unmet', 'not met')], max_length=10)),
                        ('why', models.CharField(blank=True, max_length=500)),
                    ],
                    options={
                        'verbose_name': 'assessment',
                        'ordering': ('id',),
                        'constraints': [models.UniqueConstraint(models.F('project'), models.F('criterion'), name='budgeting_one_assessment')],
                    },
                ),
                migrations.CreateModel(
                    name='Opinion',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='opinions', to='budgeting.project')),
                        ('service', models.CharField(max_length=200)),
                        ('stance', models.CharField(choices=[('for', 'favourable'), ('reserves', 'favourable with reserves'), ('against', 'unfavourable')], max_length=10)),
                        ('text', models.TextField(blank=True)),
                        ('given_on', models.DateField()),
                    ],
                    options={
                        'verbose_name': 'opinion of a service',
                        'ordering': ('given_on', 'id'),
                    },
                ),
                migrations.CreateModel(
                    name='Note',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notes', to='budgeting.project')),
                        ('what', models.CharField(choices=[('idea', 'an idea joined the study'), ('split', 'an idea left the study'), ('costed', 'the cost sheet was written'), ('opinion', 'a service gave its opinion'), ('changed', 'the study proposed changes'), ('agreed', 'the authors agreed to the changes'), ('studied', 'the study was given'), ('listed', 'the project was put to the vote'), ('counted', 'the vote was counted'), ('reserved', 'money was set aside'), ('funded', 'the assembly awarded the money'), ('planned', 'the steps were planned'), ('step', 'a step was done'), ('delayed', 'a step was put off'), ('paid', 'money was paid'), ('delivered', 'the project was delivered'), ('abandoned', 'the project was given up')], max_length=10)),
                        ('text', models.TextField(blank=True)),
                        ('on', models.DateField()),
                        ('amount', models.BigIntegerField(null=True)),
                        ('fact', models.BigIntegerField(null=True)),
                        ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'history of a project',
                        'ordering': ('on', 'id'),
                    },
                ),
                migrations.CreateModel(
                    name='Step',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='budgeting.project')),
                        ('rank', models.PositiveSmallIntegerField()),
                        ('title_fr', models.CharField(max_length=150)),
                        ('title_en', models.CharField(max_length=150)),
                        ('first_due', models.DateField()),
                        ('due_on', models.DateField()),
                        ('done_on', models.DateField(null=True)),
                        ('why', models.CharField(blank=True, max_length=500)),
                    ],
                    options={
                        'verbose_name': 'step of a project',
                        'ordering': ('rank',),
                        'indexes': [models.Index(models.F('due_on'), condition=models.Q(('done_on__isnull', True)), name='budgeting_steps_due')],
                        'constraints': [models.UniqueConstraint(models.F('project'), models.F('rank'), name='budgeting_one_step_a_rank'), models.CheckConstraint(condition=models.Q(('first_due__lte', models.F('due_on'))), name='budgeting_step_never_earlier')],
                    },
                ),
                migrations.CreateModel(
                    name='Evidence',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='evidence', to='budgeting.project')),
                        ('step', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='evidence', to='budgeting.step')),
                        ('kind', models.CharField(choices=[('link', 'page'), ('photo', 'photo')], max_length=5)),
                        ('url', models.URLField(max_length=500)),
                        ('caption', models.CharField(max_length=200)),
                        ('added_on', models.DateField()),
                    ],
                    options={
                        'verbose_name': 'evidence',
                        'ordering': ('added_on', 'id'),
                    },
                ),
                migrations.CreateModel(
                    name='Payment',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='budgeting.project')),
                        ('key', models.CharField(max_length=60)),
                        ('amount', models.BigIntegerField()),
                        ('paid_on', models.DateField()),
                        ('purpose', models.CharField(max_length=200)),
                    ],
                    options={
                        'verbose_name': 'payment of a project',
                        'ordering': ('paid_on', 'id'),
                        'constraints': [models.UniqueConstraint(models.F('project'), models.F('key'), name='budgeting_one_payment_a_key'), models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='budgeting_payment_positive')],
                    },
                ),
                migrations.CreateModel(
                    name='ProjectList',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('programme', models.SlugField(max_length=60)),
                        ('process', models.SlugField(max_length=60)),
                        ('component', models.SlugField(max_length=60)),
                        ('version', models.PositiveIntegerField()),
                        ('part', models.SlugField(blank=True, max_length=60)),
                        ('amount', models.BigIntegerField()),
                        ('body', models.JSONField()),
                        ('digest', models.CharField(max_length=64)),
                        ('frozen_at', models.DateTimeField()),
                        ('poll', models.CharField(blank=True, max_length=60)),
                        ('counted_at', models.DateTimeField(null=True)),
                        ('result', models.JSONField(null=True)),
                        ('synthetic', models.BooleanField(default=False)),
                    ],
                    options={
                        'verbose_name': 'list of projects',
                        'ordering': ('part', 'id'),
                        'constraints': [models.UniqueConstraint(models.F('programme'), models.F('process'), models.F('component'), models.F('part'), name='budgeting_one_list_a_part'), models.UniqueConstraint(models.F('poll'), condition=models.Q(('poll', ''), _negated=True), name='budgeting_one_list_a_poll')],
                    },
                ),
                migrations.CreateModel(
                    name='Outcome',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('list', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='outcomes', to='budgeting.projectlist')),
                        ('project', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='outcome', to='budgeting.project')),
                        ('cost', models.BigIntegerField()),
                        ('votes', models.PositiveIntegerField(null=True)),
                        ('chosen', models.BooleanField(null=True)),
                        ('rank', models.PositiveSmallIntegerField(null=True)),
                        ('greedy', models.BooleanField(null=True)),
                        ('sentence_fr', models.TextField(blank=True)),
                        ('sentence_en', models.TextField(blank=True)),
                    ],
                    options={
                        'verbose_name': 'result of a project',
                        'ordering': ('-chosen', 'rank', '-votes', 'id'),
                    },
                ),
            ]
        ),
    ]
