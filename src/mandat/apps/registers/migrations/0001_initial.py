import django.db.models.deletion
import mandat.apps.custody.sealing
import uuid
from django.conf import settings
from django.db import migrations, models

from mandat.web.migrating import CreateModels


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('grants', '0001_initial'),
        ('organisations', '0001_initial'),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name='Contract',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('programme', models.SlugField(max_length=60)),
                        ('scheme', models.SlugField(max_length=60)),
                        ('scheme_version', models.PositiveIntegerField()),
                        ('reference', models.CharField(max_length=14, unique=True)),
                        ('case', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='contract', to='grants.case')),
                        ('title', models.CharField(max_length=200)),
                        ('state', models.CharField(choices=[('prepared', 'being prepared'), ('running', 'in force'), ('ended', 'ended')], default='prepared', max_length=8)),
                        ('starts_on', models.DateField(null=True)),
                        ('ends_on', models.DateField(null=True)),
                        ('ended_on', models.DateField(null=True)),
                        ('next_review_on', models.DateField(null=True)),
                        ('reminded_for', models.DateField(help_text='day of the review a reminder was sent for', null=True)),
                        ('synthetic', models.BooleanField(default=False)),
                    ],
                    options={
                        'verbose_name': 'contract',
                        'indexes': [models.Index(models.F('programme'), models.F('scheme'), models.F('state'), name='registers_contracts_of_scheme'), models.Index(models.F('next_review_on'), condition=models.Q(('state', 'running')), name='registers_reviews_due')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('state', 'prepared'), models.Q(('ends_on__gt', models.F('starts_on')), ('starts_on__isnull', False)), _connector='OR'), name='registers_contract_dated')],
                    },
                ),
                migrations.CreateModel(
                    name='ContractParty',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('contract', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='parties', to='registers.contract')),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
                        ('role', models.CharField(blank=True, max_length=120)),
                        ('leads', models.BooleanField(default=False)),
                        ('signed_on', models.DateField(null=True)),
                    ],
                    options={
                        'verbose_name': 'party of a contract',
                        'ordering': ('-leads', 'pk'),
                        'constraints': [models.UniqueConstraint(models.F('contract'), models.F('organisation'), name='registers_one_party_each')],
                    },
                ),
                migrations.CreateModel(
                    name='ContractArea',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('contract', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='areas', to='registers.contract')),
                        ('area', models.CharField(max_length=20)),
                        ('since', models.DateField(null=True)),
                        ('until', models.DateField(null=True)),
                    ],
                    options={
                        'verbose_name': 'territory of a contract',
                        'ordering': ('area', 'pk'),
                        'constraints': [models.UniqueConstraint(models.F('contract'), models.F('area'), condition=models.Q(('until__isnull', True)), name='registers_one_area_each')],
                    },
                ),
                migrations.CreateModel(
                    name='Action',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('contract', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='actions', to='registers.contract')),
                        ('rank', models.PositiveSmallIntegerField()),
                        ('title', models.CharField(max_length=200)),
                        ('leader', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
                        ('due_on', models.DateField()),
                        ('state', models.CharField(choices=[('planned', 'planned action'), ('under-way', 'under way'), ('done', 'done'), ('dropped', 'given up by the parties')], default='planned', max_length=9)),
                        ('done_on', models.DateField(null=True)),
                        ('evidence', models.CharField(blank=True, max_length=500)),
                        ('cost', models.BigIntegerField(null=True)),
                        ('why', models.CharField(blank=True, max_length=500)),
                    ],
                    options={
                        'verbose_name': 'action of a contract',
                        'ordering': ('rank',),
                        'constraints': [models.UniqueConstraint(models.F('contract'), models.F('rank'), name='registers_one_action_a_rank'), models.CheckConstraint(condition=models.Q(('cost__isnull', True), ('cost__gte', 0), _connector='OR'), name='registers_cost_positive')],
                    },
                ),
                migrations.CreateModel(
                    name='Funding',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('action', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='fundings', to='registers.action')),
                        ('funder', models.CharField(max_length=200)),
                        ('amount', models.BigIntegerField()),
                        ('region', models.BooleanField(default=False)),
                        ('certain', models.BooleanField(default=False)),
                    ],
                    options={
                        'verbose_name': 'funding of an action',
                        'ordering': ('-region', 'pk'),
                        'constraints': [models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='registers_funding_positive')],
                    },
                ),
                migrations.CreateModel(
                    name='Review',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('contract', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reviews', to='registers.contract')),
                        ('held_on', models.DateField()),
                        ('findings', models.TextField()),
                        ('done', models.PositiveSmallIntegerField()),
                        ('planned', models.PositiveSmallIntegerField()),
                        ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'review of a contract',
                        'ordering': ('-held_on', '-pk'),
                        'constraints': [models.UniqueConstraint(models.F('contract'), models.F('held_on'), name='registers_one_review_a_day')],
                    },
                ),
                migrations.CreateModel(
                    name='Amendment',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('contract', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='amendments', to='registers.contract')),
                        ('rank', models.PositiveSmallIntegerField()),
                        ('signed_on', models.DateField()),
                        ('what', models.CharField(max_length=500)),
                        ('changes', models.JSONField(default=dict)),
                        ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'amendment of a contract',
                        'ordering': ('rank',),
                        'constraints': [models.UniqueConstraint(models.F('contract'), models.F('rank'), name='registers_one_amendment_a_rank')],
                    },
                ),
                migrations.CreateModel(
                    name='Portrait',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('token', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('case', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='portrait', to='grants.case')),
                        ('answers', mandat.apps.custody.sealing.SealedJSONField(default=dict, subject='case__subject')),
                        ('saved_at', models.DateTimeField(auto_now=True)),
                    ],
                    options={
                        'verbose_name': 'portrait of who carries a project',
                    },
                ),
                migrations.CreateModel(
                    name='Tally',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('programme', models.SlugField(max_length=60)),
                        ('scheme', models.SlugField(max_length=60)),
                        ('year', models.PositiveSmallIntegerField()),
                        ('dimension', models.CharField(max_length=12)),
                        ('category', models.CharField(max_length=24)),
                        ('asked', models.PositiveIntegerField(default=0)),
                        ('received', models.PositiveIntegerField(default=0)),
                        ('amount', models.BigIntegerField(default=0)),
                    ],
                    options={
                        'verbose_name': 'tally of cases',
                        'constraints': [models.UniqueConstraint(models.F('programme'), models.F('scheme'), models.F('year'), models.F('dimension'), models.F('category'), name='registers_one_tally')],
                    },
                ),
                migrations.CreateModel(
                    name='Label',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('programme', models.SlugField(max_length=60)),
                        ('scheme', models.SlugField(max_length=60)),
                        ('reference', models.CharField(max_length=14, unique=True)),
                        ('holder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='labels', to='organisations.organisation')),
                        ('commune', models.CharField(blank=True, max_length=5)),
                        ('since', models.DateField()),
                        ('until', models.DateField()),
                        ('ended_on', models.DateField(null=True)),
                        ('ended_why', models.CharField(blank=True, choices=[('expired', 'its time is over'), ('given-up', 'given up by its holder'), ('withdrawn', 'withdrawn')], max_length=9)),
                        ('reminded_for', models.DateField(help_text='end of the period a reminder was sent for', null=True)),
                        ('synthetic', models.BooleanField(default=False)),
                    ],
                    options={
                        'verbose_name': 'label',
                        'indexes': [models.Index(models.F('programme'), models.F('scheme'), models.F('ended_on'), models.F('until'), name='registers_labels_of_a_scheme'), models.Index(models.F('until'), condition=models.Q(('ended_on__isnull', True)), name='registers_labels_to_end')],
                        'constraints': [models.UniqueConstraint(models.F('programme'), models.F('scheme'), models.F('holder'), condition=models.Q(('ended_on__isnull', True)), name='registers_one_label_held'), models.CheckConstraint(condition=models.Q(('until__gte', models.F('since'))), name='registers_label_ends_after'), models.CheckConstraint(condition=models.Q(models.Q(('ended_on__isnull', True), ('ended_why', '')), models.Q(('ended_on__isnull', False), models.Q(('ended_why', ''), _negated=True)), _connector='OR'), name='registers_label_ended_why')],
                    },
                ),
                migrations.CreateModel(
                    name='Period',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('label', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='periods', to='registers.label')),
                        ('case', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='label_period', to='grants.case')),
                        ('since', models.DateField()),
                        ('until', models.DateField()),
                        ('decided_on', models.DateField()),
                        ('fact_index', models.BigIntegerField()),
                    ],
                    options={
                        'verbose_name': 'period of a label',
                        'ordering': ('since', 'pk'),
                    },
                ),
                migrations.CreateModel(
                    name='Withdrawal',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('token', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('label', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='withdrawals', to='registers.label')),
                        ('opened_on', models.DateField()),
                        ('opened_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('grounds', mandat.apps.custody.sealing.SealedTextField(subject='label__holder__subject')),
                        ('answer_by', models.DateField()),
                        ('answer', mandat.apps.custody.sealing.SealedTextField(blank=True, default='', subject='label__holder__subject')),
                        ('answered_at', models.DateTimeField(null=True)),
                        ('decided_on', models.DateField(null=True)),
                        ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('withdrawn', models.BooleanField(null=True)),
                        ('motive', mandat.apps.custody.sealing.SealedTextField(blank=True, default='', subject='label__holder__subject')),
                    ],
                    options={
                        'verbose_name': 'procedure of withdrawal',
                        'constraints': [models.UniqueConstraint(models.F('label'), condition=models.Q(('decided_on__isnull', True)), name='registers_one_withdrawal_open')],
                    },
                ),
            ]
        ),
    ]
